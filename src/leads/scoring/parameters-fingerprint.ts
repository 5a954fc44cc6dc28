import { createHash } from 'node:crypto';
import { SCORING_PARAMETERS } from './scoring-parameters.js';

/** Raise it where the formula itself changes, so that older scores count as made by another one. */
const FORMULA_VERSION = 2;

/**
 * What a score was calculated by, in 32 bits, stored with it as `scoreParameters`: a score whose number is another
 * was made by other parameters, and is stale.
 */
export const PARAMETERS_FINGERPRINT = createHash('sha256')
  .update(JSON.stringify([FORMULA_VERSION, SCORING_PARAMETERS]))
  .digest()
  .readInt32BE();
