import { SCORING_PARAMETERS } from './scoring/scoring-parameters.js';

/**
 * The statuses that a lead can be given, in the order of a pipeline. A database may hold others, written by
 * somebody else: those are served as they are.
 */
export const LEAD_STATUSES: readonly string[] = Object.keys(SCORING_PARAMETERS.status.points);

export const DEFAULT_LEAD_STATUS = 'new';
