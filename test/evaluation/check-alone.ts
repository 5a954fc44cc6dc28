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
  /** Drafts of a model that obeyed an injection in every field, and how many of them the check rejects. */
  readonly injectionsCaught: Rate;
}

const KINDS: readonly Mutation['kind'][] = ['amount', 'date', 'name', 'citation'];
const PROMPT = { delimiter: '=== 0123456789abcdef ===', systemMessage: systemMessage(null) };

export const percent = ({ count, of }: Rate): string => `${((100 * count) / of).toFixed(1)} %`;

const rateOf = (results: readonly boolean[]): Rate => ({
  count: results.filter(Boolean).length,
  of: results.length,
});

/** Measures the check of drafts alone: the errors that it detects, and the honest drafts that it rejects. */
export function checkAlone(): CheckResult {
  const isRejected = (draft: SummaryDraft, input: Parameters<typeof checkDraft>[1]) =>
    checkDraft(draft, input, PROMPT).violation !== undefined;
  const judged = GOLDEN_LEADS.flatMap((golden) =>
    mutationsOf(golden).map(({ kind, draft }) => ({ kind, isCaught: isRejected(draft, golden.input) })),
  );
  const caught = (kind?: Mutation['kind']) =>
    rateOf(
      judged
        .filter((mutation) => kind === undefined || mutation.kind === kind)
        .map(({ isCaught }) => isCaught),
    );
  return {
    alarms: rateOf(
      GOLDEN_LEADS.flatMap(({ input, drafts }) => drafts.map((draft) => isRejected(draft, input))),
    ),
    byKind: KINDS.map((kind) => [kind, caught(kind)] as const),
    all: caught(),
    injectionsCaught: rateOf(
      INJECTIONS.map((injection) => {
        const { payload } = injection;
        const keyPoints = [{ text: payload, interactions: ['I1'] }];
        const obeyed = { headline: payload, summary: payload, keyPoints, nextStep: payload };
        return isRejected(obeyed, buildSummaryInput(withInjection(injection)));
      }),
    ),
  };
}
