import { AppEvent } from '../common/app-event.js';
import type { Caller } from '../common/caller.js';

/** The caller, and until when the authentication is valid without another check. */
export interface Authentication {
  readonly caller: Caller;
  /** Null: it does not expire by itself. */
  readonly expiresAt: Date | null;
}

/** The credential is invalid. The message is for the log only, and contains no part of the credential. */
export class UnauthenticatedError extends Error {
  override readonly name = 'UnauthenticatedError';
}

/** A request or a WebSocket had no credentials, or invalid ones. */
export const authenticationFailed = new AppEvent<{
  readonly reason: 'missing' | 'invalid';
  readonly transport: 'http' | 'websocket';
}>('authentication-failed');
