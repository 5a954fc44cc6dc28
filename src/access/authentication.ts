import type { Caller } from '../common/caller.js';

/** Who calls, and until when that can be said without asking again. */
export interface Authentication {
  readonly caller: Caller;
  /** Null: it has no end of its own. */
  readonly expiresAt: Date | null;
}

/** Nobody can be believed to call. The message is for the log alone, and holds nothing of what was sent. */
export class UnauthenticatedError extends Error {
  override readonly name = 'UnauthenticatedError';
}
