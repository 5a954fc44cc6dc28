import { parseArgs } from 'node:util';
import { OperatorError } from '../common/operator-error.js';
import { violationsOfArguments, numberOf, runCommandLine } from './command-line.js';
import type { RecalculationRequest } from './recalculate.command.js';

const USAGE = `Usage: pnpm recalculate [--only-stale [--max-age HOURS] | --verify]

Recalculates the score of every lead in the same way as the mutation recalculateAllScores: as of one instant and in one
transaction. If the database rejects a lead, the lead is listed and left unchanged; the others are saved. Leads that
were removed in the meantime or have a more recent score are skipped. Only one recalculation or import runs at a time.

  --only-stale      only the scores that would change now
  --max-age HOURS   with --only-stale: also the scores that are older
  --verify          compare contact states and scores with the interactions of every lead, list the leads that differ,
                    and repair them

Ctrl-C rolls everything back. A second Ctrl-C does not wait until that is done.

Exit code: 0 every score was saved, or there was none to save
           1 some leads were rejected, the others were saved
           2 nothing was saved: invalid arguments, invalid settings or database, another recalculation or import in
             progress, every lead rejected, a failure, or an interruption
`;

const NOTHING_SAVED = 2;

/** Null: help was requested. */
async function parseRequest(args: string[]): Promise<RecalculationRequest | null> {
  const { values } = parseArgs({
    args,
    options: {
      'only-stale': { type: 'boolean' },
      'max-age': { type: 'string' },
      verify: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return null;
  const maxAge = values['max-age'];
  const request = {
    onlyStale: values['only-stale'] === true,
    maxAgeHours: numberOf(maxAge),
    verify: values.verify === true,
  };
  if (request.verify && request.onlyStale) {
    throw new OperatorError('--verify cannot be combined with --only-stale: it checks all leads.');
  }
  if (maxAge === undefined) return request;
  if (!request.onlyStale) throw new OperatorError('--max-age requires --only-stale.');
  const { RecalculateScoresArgs } = await import('../recalculation/dto/recalculate-scores.args.js');
  const [violation] = await violationsOfArguments(Object.assign(new RecalculateScoresArgs(), request));
  if (violation !== undefined) throw new OperatorError(`${violation.replace('maxAgeHours', '--max-age')}.`);
  return request;
}

await runCommandLine({
  usage: USAGE,
  parse: parseRequest,
  load: async () => (await import('./recalculate.command.js')).runRecalculate,
  failureCode: NOTHING_SAVED,
});
