import { isOpen } from '../lead-status.js';

export type LeadHistoryKind = 'created' | 'changed' | 'closed' | 'reopened' | 'interaction';

/** A change of a lead, or an interaction. */
export interface LeadHistoryEntry {
  /** An infinite timestamp is a number. */
  readonly at: Date | number;
  readonly recordedAt: Date;
  readonly kind: LeadHistoryKind;
  readonly by: string | null;
  readonly statusBefore: string | null;
  readonly statusAfter: string | null;
  readonly budgetBefore: number | null;
  readonly budgetAfter: number | null;
  readonly scoreBefore: number | null;
  readonly scoreAfter: number | null;
  readonly interactionId: number | null;
}

/** The kind of a change. @param before null: the history begins */
export function kindOfChange(before: string | null, after: string): Exclude<LeadHistoryKind, 'interaction'> {
  if (before === null) return 'created';
  if (isOpen(before) === isOpen(after)) return 'changed';
  return isOpen(after) ? 'reopened' : 'closed';
}
