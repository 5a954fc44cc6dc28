import { parseArgs } from 'node:util';
import { OperatorError } from '../common/operator-error.js';
import { runCommandLine } from './command-line.js';
import type { MigrateRequest } from './migrate.command.js';

const USAGE = `Usage: pnpm migrate [up]                  apply all pending migrations
       pnpm migrate down                  undo the latest migration
       pnpm migrate down --to NAME        undo the latest migrations, down to and including NAME
       pnpm migrate down --all            undo all migrations
       pnpm migrate status                list applied and pending migrations

If down would lose rows or values, it lists them and changes nothing. With --yes it undoes the migrations anyway.
`;

const FAILED = 1;

/** Null: help was requested. */
function parseRequest(args: string[]): MigrateRequest | null {
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
  if (values.help === true) return null;
  const [action = 'up', ...rest] = positionals;
  if ((action !== 'up' && action !== 'down' && action !== 'status') || rest.length > 0) {
    throw new OperatorError(`Unknown: ${positionals.join(' ')}`);
  }
  if (action !== 'down' && (values.to !== undefined || values.all === true || values.yes === true)) {
    throw new OperatorError('--to, --all and --yes can only be used with down.');
  }
  const mayLoseData = values.yes === true;
  if (values.to !== undefined) return { action, target: { to: values.to }, mayLoseData };
  return { action, target: values.all === true ? 'all' : 'latest', mayLoseData };
}

await runCommandLine({
  usage: USAGE,
  parse: parseRequest,
  load: async () => (await import('./migrate.command.js')).runMigrate,
  failureCode: FAILED,
});
