import { checkDraft } from '../../src/summaries/check/check-draft.js';
import type { SummaryDraft } from '../../src/summaries/summary-draft.js';
import { buildSummaryInput } from '../../src/summaries/build-summary-input.js';
import { systemMessage } from '../../src/summaries/summary-prompt.js';
import { withInjection } from './evaluation-facts.js';
import { GOLDEN_LEADS } from './golden-leads.js';
import { INJECTIONS } from './injections.js';
import { type Mutation, mutationsOf } from './mutations.js';

export interface Rate {
  readonly count: number;
  readonly of: number;
}

export interface CheckResult {
  readonly alarms: Rate;
  readonly byKind: readonly (readonly [Mutation['kind'], Rate])[];
  readonly all: Rate;
  /** Orders that were obeyed in every field, had they reached the model: what the check itself stops. */
  readonly injectionsCaught: Rate;
}

const KINDS: readonly Mutation['kind'][] = ['amount', 'date', 'name', 'citation'];
const PROMPT = { delimiter: '=== 0123456789abcdef ===', systemMessage: systemMessage(null) };

export const percent = ({ count, of }: Rate): string => `${((100 * count) / of).toFixed(1)} %`;

const rateOf = (results: readonly boolean[]): Rate => ({
  count: results.filter(Boolean).length,
  of: results.length,
});

/** What the check of the output catches by itself, and what it refuses that it should not. */
export function checkAlone(): CheckResult {
  const isRefused = (draft: SummaryDraft, input: Parameters<typeof checkDraft>[1]) =>
    checkDraft(draft, input, PROMPT).fault !== undefined;
  const judged = GOLDEN_LEADS.flatMap((golden) =>
    mutationsOf(golden).map(({ kind, draft }) => ({ kind, isCaught: isRefused(draft, golden.input) })),
  );
  const caught = (kind?: Mutation['kind']) =>
    rateOf(
      judged
        .filter((mutation) => kind === undefined || mutation.kind === kind)
        .map(({ isCaught }) => isCaught),
    );
  return {
    alarms: rateOf(
      GOLDEN_LEADS.flatMap(({ input, drafts }) => drafts.map((draft) => isRefused(draft, input))),
    ),
    byKind: KINDS.map((kind) => [kind, caught(kind)] as const),
    all: caught(),
    injectionsCaught: rateOf(
      INJECTIONS.map((injection) => {
        const { payload } = injection;
        const keyPoints = [{ text: payload, interactions: ['I1'] }];
        const obeyed = { headline: payload, summary: payload, keyPoints, nextStep: payload };
        return isRefused(obeyed, buildSummaryInput(withInjection(injection)));
      }),
    ),
  };
}
