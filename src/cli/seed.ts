import { parseArgs } from 'node:util';
import { runCommandLine } from './command-line.js';
import type { SeedRequest } from './seed.command.js';

const USAGE = `Usage: pnpm seed [--history]

Loads the demo leads that are missing.

  --history   loads a synthetic sales year instead: 2000 invented leads with the history of their statuses, budgets and
              interactions, which ends now. The outcomes depend on the interest of a lead, its budget and its source. The
              companies are named "Synthetic Company", and the addresses end in .example. Leads that exist already
              are skipped.

Exit code: 0 success, 1 failure
`;

function parseRequest(args: string[]): SeedRequest | null {
  const { values } = parseArgs({
    args,
    options: { history: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' } },
  });
  return values.help === true ? null : { withHistory: values.history };
}

await runCommandLine({
  usage: USAGE,
  parse: parseRequest,
  load: async () => (await import('./seed.command.js')).runSeed,
  failureCode: 1,
});
