import type { IncomingMessage } from 'node:http';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Caller } from '../common/caller.js';
import { now } from '../common/clock.js';
import { currentRequest } from '../common/request-context.js';
import { authenticationFailed } from '../common/events.js';
import { toDomainError } from '../database/database-errors.js';
import { Authenticator, authorizationOf } from './authenticator.js';
import { type Authentication, UnauthenticatedError } from './authentication.js';
import { FailedAttempts } from './failed-attempts.js';
import { isLoopbackHost } from './loopback-host.js';
import { DEVELOPER } from './request-access.js';

interface Closable {
  close(code: number, reason: string): void;
  once(event: 'close', listener: () => void): unknown;
}

interface OpenSocket {
  readonly socket: Closable;
  readonly authorization: string;
  readonly authentication: Authentication;
}

/** As graphql-ws has it for who may not connect. */
const FORBIDDEN = 4403;
const TRY_AGAIN_LATER = 1013;
/** Of the protocol of graphql-ws: its clients do not try again by themselves. */
const TOO_MANY_ATTEMPTS = 4429;

const LOOK_EVERY_MS = 2_000;

/** Finds out who opens a socket, and closes it when that no longer holds. */
@Injectable()
export class SocketAccess implements OnApplicationShutdown {
  private readonly open = new Map<Closable, OpenSocket>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly isOn: boolean,
    private readonly authenticator: Authenticator,
    private readonly failures: FailedAttempts,
  ) {
    this.timer = setInterval(() => void this.closeOutdated(), LOOK_EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /**
   * Called in the context of the socket's first message, with the address of its client.
   * @returns whether the socket may stay; if not, the caller closes it as forbidden unless it is closed already
   */
  async admit(
    socket: Closable,
    request: IncomingMessage,
    connectionParams: Readonly<Record<string, unknown>> | undefined,
  ): Promise<boolean> {
    if (!this.isOn) return isLoopbackHost(request.headers.host);
    try {
      let isClosed = false;
      socket.once('close', () => {
        isClosed = true;
        this.open.delete(socket);
      });
      const authorization = authorizationOfSocket(request, connectionParams);
      if (authorization === undefined) {
        authenticationFailed.publish({ reason: 'missing', transport: 'websocket' });
        return false;
      }
      const mayReadAgain = !this.failures.isLimited(addressOfClient());
      const authentication = await this.authenticator.authenticate(authorization, mayReadAgain);
      // One that has gone meanwhile would be looked at for ever.
      if (!isClosed) this.open.set(socket, { socket, authorization, authentication });
      return true;
    } catch (error) {
      await this.close(socket, error);
      return false;
    }
  }

  /** Closes a socket that is not admitted; one with an invalid credential is left to the caller. */
  private async close(socket: Closable, reason: unknown): Promise<void> {
    try {
      if (!(reason instanceof UnauthenticatedError)) throw reason;
      await this.failures.record(reason, 'websocket', addressOfClient());
    } catch (error) {
      const known = toDomainError(error);
      if (known?.code === 'RATE_LIMITED') {
        const seconds = String(known.details.retryAfterSeconds);
        socket.close(TOO_MANY_ATTEMPTS, `Too many failed attempts; try again in ${seconds} s`);
      } else if (known?.code === 'SERVICE_UNAVAILABLE') {
        socket.close(TRY_AGAIN_LATER, 'Nobody can be authenticated just now');
      } else throw error;
    }
  }

  /** Who opened a socket; undefined: nobody that is still believed. */
  callerOf(socket: Closable): Caller | undefined {
    if (!this.isOn) return DEVELOPER;
    const authentication = this.open.get(socket)?.authentication;
    return authentication === undefined || isOver(authentication) ? undefined : authentication.caller;
  }

  /** Exposed for what must not wait for the next look. */
  async closeOutdated(): Promise<void> {
    await Promise.all([...this.open.values()].map((open) => this.closeIfOutdated(open)));
  }

  private async closeIfOutdated({ socket, authorization, authentication }: OpenSocket): Promise<void> {
    if (isOver(authentication)) {
      socket.close(FORBIDDEN, 'The token has expired');
      return;
    }
    // The signature of a token does not change; keys are revoked.
    if (authentication.expiresAt !== null) return;
    try {
      await this.authenticator.authenticate(authorization);
    } catch (error) {
      // Where it cannot be said, such as without a database, the next look will.
      if (error instanceof UnauthenticatedError) socket.close(FORBIDDEN, 'The API key was revoked');
    }
  }
}

const addressOfClient = (): string => currentRequest()?.address ?? 'unknown';

const isOver = ({ expiresAt }: Authentication): boolean => expiresAt !== null && expiresAt <= now();

/** Browsers cannot give a socket headers, so what they would have said comes with its first message. */
function authorizationOfSocket(
  request: IncomingMessage,
  connectionParams: Readonly<Record<string, unknown>> = {},
): string | undefined {
  const params = Object.entries(connectionParams).filter(([name]) => name.toLowerCase() === 'authorization');
  const given = [authorizationOf(request), ...params.map(([, value]) => value)].filter(
    (value) => value !== undefined,
  );
  const [authorization, ...others] = new Set(given);
  if (others.length > 0) throw new UnauthenticatedError('there are several authorizations');
  if (authorization !== undefined && typeof authorization !== 'string') {
    throw new UnauthenticatedError('the authorization is no text');
  }
  return authorization;
}
