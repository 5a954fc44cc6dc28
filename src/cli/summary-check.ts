import { parseArgs } from 'node:util';
import { runCommandLine } from './command-line.js';

const USAGE = `Usage: pnpm summary:check

Checks whether summaries can be written with the current settings, and reports any problem. It sends the API key to the
provider for a check, and requests one tiny answer from the model, which costs almost nothing. It needs no database.

Exit code: 0 summaries can be written, 1 they cannot, 2 the settings are invalid
`;

const WRONG_SETTINGS = 2;

/** Null: help was requested. */
function parseRequest(args: string[]): object | null {
  const { values } = parseArgs({ args, options: { help: { type: 'boolean', short: 'h' } } });
  return values.help === true ? null : {};
}

await runCommandLine({
  usage: USAGE,
  parse: parseRequest,
  load: async () => (await import('./summary-check.command.js')).runSummaryCheck,
  failureCode: WRONG_SETTINGS,
});
