import { AppEvent } from '../common/app-event.js';

export const SCORING_RULES_ERROR_CODES = ['SCORING_RULES_INVALID'] as const;

declare module '../common/domain-error.js' {
  interface ErrorCodeLists {
    readonly scoringRules: typeof SCORING_RULES_ERROR_CODES;
  }
}

/** A draft was saved or deleted, or rules were published. The log of these is the audit trail. */
export const scoringRulesChanged = new AppEvent<{
  readonly change: 'draft saved' | 'draft deleted' | 'published';
  readonly rulesId: number;
  /** Null: a draft. */
  readonly version: number | null;
  readonly changedBy: string;
}>('scoring-rules-changed');
