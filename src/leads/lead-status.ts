import { labelKey } from '../common/label-key.js';

const OPEN = ['new', 'contacted', 'qualified', 'proposal', 'negotiation'];
const WON = ['won', 'closed_won', 'converted'];
const LOST = ['lost', 'closed_lost', 'disqualified', 'unqualified'];

/**
 * The statuses that the API accepts, in the order of a pipeline. A database may contain others, written by
 * another program. They are returned unchanged and count as open.
 */
export const LEAD_STATUSES: readonly string[] = [...OPEN, ...WON, ...LOST];

export const DEFAULT_LEAD_STATUS = 'new';

/** The SQL function `score_of` (migration 0020) implements the same rule. */
export const isLost = (status: string): boolean => LOST.includes(labelKey(status));

export const isWon = (status: string): boolean => WON.includes(labelKey(status));

/**
 * Whether a lead with this status is neither won nor lost. The SQL function `is_open_status` implements the
 * same rule.
 */
export const isOpen = (status: string): boolean => !isLost(status) && !isWon(status);
