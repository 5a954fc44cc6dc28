import { parseArgs } from 'node:util';
import { OperatorError } from '../common/operator-error.js';
import { runCommandLine } from './command-line.js';
import type { ImportsCommand } from './imports.command.js';

const USAGE = `Usage: pnpm imports list [--json]
       pnpm imports undo ID

list   prints the imports, the latest first.
undo   removes the leads, interactions and changes of leads that an import inserted, restores those that it changed, and scores
       the leads, in one transaction. Rows that have changed since are left alone and named.

Exit code: 0 done
           1 undone, but for rows that have changed since
           2 nothing was changed: the arguments are invalid, the import does not exist, did not succeed or was undone before, or
             it failed
           130, 143 interrupted by Ctrl-C or SIGTERM: nothing was changed
`;

const NOTHING_DONE = 2;

/** Null: help was requested. */
function parseRequest(args: string[]): ImportsCommand | null {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) return null;
  const [command, ...rest] = positionals;
  if (command === 'list' && rest.length === 0) return { kind: 'list', isJson: values.json === true };
  if (command !== 'undo') throw new OperatorError(`${command ?? 'Missing command'}: use list or undo ID.`);
  const [id = '', ...others] = rest;
  if (!/^[1-9]\d{0,9}$/.test(id) || Number(id) > 2_147_483_647 || others.length > 0) {
    throw new OperatorError('undo takes the id of one import, which pnpm imports list prints.');
  }
  return { kind: 'undo', id: Number(id) };
}

await runCommandLine({
  usage: USAGE,
  parse: parseRequest,
  load: async () => (await import('./imports.command.js')).runImports,
  failureCode: NOTHING_DONE,
});
