import { parseArgs } from 'node:util';
import { OperatorError } from '../common/operator-error.js';
import { faultsOfArguments, numberOf, runCommandLine } from './command-line.js';
import type { RecalculationRequest } from './recalculate.command.js';

const USAGE = `Usage: pnpm recalculate [--only-stale [--max-age HOURS] | --verify]

Recalculates the score of every lead as the mutation recalculateAllScores does: all of them at one instant, in one
transaction. A lead that the database refuses is named and left as it was; the others are saved. Leads that are
removed meanwhile, or whose score is fresher, are skipped. One recalculation or import runs at a time.

  --only-stale      only the scores that a recalculation now would change
  --max-age HOURS   with --only-stale: also the scores that are older
  --verify          compare contact states and scores with the interactions of every lead, name the leads that differ,
                    and repair them

Ctrl-C rolls everything back; a second one does not wait until that is done.

Exit code: 0 every score was saved, or there was none to save
           1 some leads were refused, the rest was saved
           2 nothing was saved: wrong usage, settings or a database that cannot be used, another recalculation or an
             import under way, every lead refused, a failure, or an interruption
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
    throw new OperatorError('--verify does not go with --only-stale: it is about all leads.');
  }
  if (maxAge === undefined) return request;
  if (!request.onlyStale) throw new OperatorError('--max-age goes with --only-stale.');
  const { RecalculateScoresArgs } = await import('../recalculation/dto/recalculate-scores.args.js');
  const [fault] = await faultsOfArguments(Object.assign(new RecalculateScoresArgs(), request));
  if (fault !== undefined) throw new OperatorError(`${fault.replace('maxAgeHours', '--max-age')}.`);
  return request;
}

await runCommandLine({
  usage: USAGE,
  parse: parseRequest,
  load: async () => (await import('./recalculate.command.js')).runRecalculate,
  failureCode: NOTHING_SAVED,
});
