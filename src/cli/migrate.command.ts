import { type MigrateDownTarget, migrateDown, migrateUp, migrationStatus } from '../database/migrator.js';
import { printWarning } from './printing.js';
import { runCommand } from './run-command.js';

export interface MigrateRequest {
  readonly action: 'up' | 'down' | 'status';
  readonly target: MigrateDownTarget;
  readonly mayLoseData: boolean;
}

export function runMigrate(request: MigrateRequest): Promise<void> {
  return runCommand(async ({ url }) => {
    await migrate(request, url);
    return 0;
  });
}

async function migrate({ action, target, mayLoseData }: MigrateRequest, url: string): Promise<void> {
  let changed = 0;
  const options = {
    url,
    onWarning: printWarning,
    onMigration: (event: 'applied' | 'undone', name: string) => {
      changed += 1;
      console.log(`${event}  ${name}`);
    },
  };
  if (action === 'status') {
    const { applied, pending } = await migrationStatus(options);
    for (const name of applied) console.log(`applied  ${name}`);
    for (const name of pending) console.log(`pending  ${name}`);
    return;
  }
  if (action === 'up') await migrateUp(options);
  else await migrateDown(options, target, mayLoseData);
  if (changed === 0) console.log(action === 'up' ? 'Nothing is pending.' : 'Nothing is applied.');
}
