import type { IncomingMessage } from 'node:http';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Caller } from '../common/caller.js';
import { now } from '../common/clock.js';
import { currentRequest } from '../common/request-context.js';
import { AccessSettings } from '../config/access-settings.js';
import { toDomainError } from '../database/database-errors.js';
import { Authenticator, authorizationOf } from './authenticator.js';
import { type Authentication, authenticationFailed, UnauthenticatedError } from './authentication.js';
import { FailedAttempts } from './failed-attempts.js';
import { DEVELOPER, isLoopbackHost } from './request-access.js';

interface Closable {
  close(code: number, reason: string): void;
  once(event: 'close', listener: () => void): unknown;
}

interface OpenSocket {
  readonly socket: Closable;
  readonly authorization: string;
  readonly authentication: Authentication;
}

/** The close code of graphql-ws for a rejected connection. */
const FORBIDDEN = 4403;
const TRY_AGAIN_LATER = 1013;
/** A close code of the graphql-ws protocol, after which clients do not reconnect automatically. */
const TOO_MANY_ATTEMPTS = 4429;

const CHECK_INTERVAL_MS = 2_000;

/** Authenticates WebSockets, and closes them when their credential expires or is revoked. */
@Injectable()
export class SocketAccess implements OnApplicationShutdown {
  private readonly open = new Map<Closable, OpenSocket>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly settings: AccessSettings,
    private readonly authenticator: Authenticator,
    private readonly failures: FailedAttempts,
  ) {
    this.timer = setInterval(() => void this.closeOutdated(), CHECK_INTERVAL_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /**
   * Must be called in the request context of the first message, which contains the client address.
   * @returns whether the socket is admitted; if not, the caller closes it as forbidden unless it is closed
   *   already
   */
  async admit(
    socket: Closable,
    request: IncomingMessage,
    connectionParams: Readonly<Record<string, unknown>> | undefined,
  ): Promise<boolean> {
    if (!this.settings.isOn) return isLoopbackHost(request.headers.host);
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
      // A socket that has closed in the meantime would never be removed from the map.
      if (!isClosed) this.open.set(socket, { socket, authorization, authentication });
      return true;
    } catch (error) {
      await this.close(socket, error);
      return false;
    }
  }

  /** Closes a socket that is not admitted. If its credential is invalid, the caller closes it. */
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
        socket.close(TRY_AGAIN_LATER, 'Callers cannot be authenticated at the moment');
      } else throw error;
    }
  }

  /** The caller of a socket; undefined if the socket is not authenticated or its token has expired. */
  callerOf(socket: Closable): Caller | undefined {
    if (!this.settings.isOn) return DEVELOPER;
    const authentication = this.open.get(socket)?.authentication;
    return authentication === undefined || isOver(authentication) ? undefined : authentication.caller;
  }

  /** Public for callers that cannot wait for the next periodic check. */
  async closeOutdated(): Promise<void> {
    await Promise.all([...this.open.values()].map((open) => this.closeIfOutdated(open)));
  }

  private async closeIfOutdated({ socket, authorization, authentication }: OpenSocket): Promise<void> {
    if (isOver(authentication)) {
      socket.close(FORBIDDEN, 'The token has expired');
      return;
    }
    // A token stays valid until it expires. Only API keys can be revoked.
    if (authentication.expiresAt !== null) return;
    try {
      await this.authenticator.authenticate(authorization);
    } catch (error) {
      // If the key cannot be checked, such as without a database, the next periodic check tries again.
      if (error instanceof UnauthenticatedError) socket.close(FORBIDDEN, 'The API key was revoked');
    }
  }
}

const addressOfClient = (): string => currentRequest()?.address ?? 'unknown';

const isOver = ({ expiresAt }: Authentication): boolean => expiresAt !== null && expiresAt <= now();

/** Browsers cannot set headers of a WebSocket, so their credential is in the payload of the first message. */
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
    throw new UnauthenticatedError('the authorization is not a string');
  }
  return authorization;
}
