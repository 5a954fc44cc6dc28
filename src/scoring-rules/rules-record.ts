import type { ScoringRules } from '../leads/scoring/scoring-rules.js';

/** A draft or a published version of the scoring rules. */
export interface RulesRecord {
  readonly id: number;
  /** Null: a draft. The highest version is in force. */
  readonly version: number | null;
  /** What the author says about the rules; may be empty. */
  readonly note: string;
  readonly rules: ScoringRules;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly updatedAt: Date;
  readonly updatedBy: string;
  readonly publishedAt: Date | null;
  readonly publishedBy: string | null;
  /** The recalculation that published the rules; null: a draft, or version 1. */
  readonly recalculationId: number | null;
}
