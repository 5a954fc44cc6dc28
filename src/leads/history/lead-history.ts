import { isOpen } from '../lead-status.js';

export type LeadHistoryKind = 'created' | 'recorded' | 'changed' | 'closed' | 'reopened' | 'interaction';

/** A value of a lead whose changes its history has. */
export type LeadHistoryField = 'status' | 'budget' | 'source' | 'company' | 'location' | 'emailDomain';

/** A change of a lead, or an interaction. */
export interface LeadHistoryEntry {
  /** An infinite timestamp is a number. */
  readonly at: Date | number;
  readonly recordedAt: Date;
  readonly kind: LeadHistoryKind;
  readonly by: string | null;
  /** What a change changed. */
  readonly changedFields: readonly LeadHistoryField[];
  readonly statusBefore: string | null;
  readonly statusAfter: string | null;
  readonly budgetBefore: number | null;
  readonly budgetAfter: number | null;
  readonly scoreBefore: number | null;
  readonly scoreAfter: number | null;
  readonly interactionId: number | null;
}

/**
 * Returns the kind of a change.
 * @param before null: the lead was created
 * @param isFirst whether the history of the lead has no earlier change
 */
export function kindOfChange(
  before: string | null,
  after: string,
  isFirst: boolean,
): Exclude<LeadHistoryKind, 'interaction'> {
  if (before === null) return isFirst ? 'created' : 'recorded';
  if (isOpen(before) === isOpen(after)) return 'changed';
  return isOpen(after) ? 'reopened' : 'closed';
}
