/**
 * How the generation of an answer ended. `unsaid`: the reason is null or empty. Some servers send that with a
 * complete answer, others with a truncated one.
 */
export type Ending = 'complete' | 'unsaid' | 'cut' | 'filtered' | 'failed' | 'other';

/** Keys contain only letters: `END_TURN`, `end-turn` and `endTurn` are the same reason. */
const ENDINGS = new Map<string, Ending>([
  ...entries('complete', [
    'stop',
    'endturn',
    'endofturn',
    'eos',
    'eostoken',
    'eosfound',
    'endoftext',
    'stopsequence',
    'end',
    'complete',
    'completed',
    'done',
    'finish',
    'finished',
  ]),
  ...entries('cut', [
    'length',
    'limit',
    'maxtokens',
    'maxoutputtokens',
    'maxcompletiontokens',
    'maxpredictedtokensreached',
    'maxlength',
    'modellength',
    'tokenlimit',
    'contextlengthreached',
    'contextlengthexceeded',
    'modelcontextwindowexceeded',
  ]),
  ...entries('filtered', [
    'contentfilter',
    'contentfiltered',
    'safety',
    'refusal',
    'recitation',
    'blocklist',
    'prohibitedcontent',
    'spii',
    'guardrailintervened',
    'errortoxic',
  ]),
  ...entries('failed', ['error', 'abort', 'aborted']),
]);

function entries(ending: Ending, reasons: readonly string[]): [string, Ending][] {
  return reasons.map((reason) => [reason, ending]);
}

/** An absent reason counts as `stop`, because local model servers omit it. */
export function endingOf(reason: unknown): Ending {
  if (reason === undefined) return 'complete';
  if (reason === null) return 'unsaid';
  if (typeof reason !== 'string') return 'other';
  const letters = reason.toLowerCase().replace(/[^a-z]/g, '');
  if (letters === '') return 'unsaid';
  return ENDINGS.get(letters.replace(/^finishreason/, '')) ?? 'other';
}
