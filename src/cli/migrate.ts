import { parseArgs } from 'node:util';
import { OperatorError } from '../common/operator-error.js';
import { type MigrateDownTarget, migrateDown, migrateUp, migrationStatus } from '../database/migrator.js';
import { printWarning } from './command-line.js';
import { reportFailure } from './report-failure.js';
import { runCommand } from './run-command.js';

const USAGE = `Usage: pnpm migrate [up]                  apply all pending migrations
       pnpm migrate down                  undo the latest one
       pnpm migrate down --to NAME        undo the latest ones, down to and including NAME
       pnpm migrate down --all            undo all
       pnpm migrate status                list what is applied and what is pending

If down would lose rows or values, it names them and changes nothing. With --yes it undoes the migrations all the same.
`;

interface Request {
  readonly action: 'up' | 'down' | 'status' | 'help';
  readonly target: MigrateDownTarget;
  readonly mayLoseData: boolean;
}

function parseRequest(args: string[]): Request {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      to: { type: 'string' },
      all: { type: 'boolean' },
      yes: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [action = 'up', ...rest] = positionals;
  if (values.help === true) return { action: 'help', target: 'latest', mayLoseData: false };
  if ((action !== 'up' && action !== 'down' && action !== 'status') || rest.length > 0) {
    throw new OperatorError(`Unknown: ${positionals.join(' ')}\n${USAGE}`);
  }
  if (action !== 'down' && (values.to !== undefined || values.all === true || values.yes === true)) {
    throw new OperatorError(`--to, --all and --yes go with down.\n${USAGE}`);
  }
  const mayLoseData = values.yes === true;
  if (values.to !== undefined) return { action, target: { to: values.to }, mayLoseData };
  return { action, target: values.all === true ? 'all' : 'latest', mayLoseData };
}

function readRequest(): Request {
  try {
    return parseRequest(process.argv.slice(2));
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    throw new OperatorError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

async function migrate({ action, target, mayLoseData }: Request, url: string): Promise<void> {
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

try {
  const request = readRequest();
  if (request.action === 'help') process.stdout.write(USAGE);
  else {
    await runCommand(async ({ url }) => {
      await migrate(request, url);
      return 0;
    });
  }
} catch (error) {
  process.exitCode = reportFailure(error);
}
