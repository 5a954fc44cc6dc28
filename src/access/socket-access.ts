import type { IncomingMessage } from 'node:http';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Caller } from '../common/caller.js';
import { now } from '../common/clock.js';
import { authenticationRefused } from '../common/happenings.js';
import { toDomainError } from '../database/database-errors.js';
import { Authenticator, authorizationOf } from './authenticator.js';
import { type Authentication, UnauthenticatedError } from './authentication.js';
import { isForThisMachine } from './own-host.js';
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

const LOOK_EVERY_MS = 2_000;

/** Finds out who opens a socket, and closes it when that no longer holds. */
@Injectable()
export class SocketAccess implements OnApplicationShutdown {
  private readonly logger = new Logger('Access');
  private readonly open = new Map<Closable, OpenSocket>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly isOn: boolean,
    private readonly authenticator: Authenticator,
  ) {
    this.timer = setInterval(() => void this.closeOutdated(), LOOK_EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** @returns whether the socket may stay; where not, the caller closes it as forbidden */
  async admit(
    socket: Closable,
    request: IncomingMessage,
    connectionParams: Readonly<Record<string, unknown>> | undefined,
  ): Promise<boolean> {
    if (!this.isOn) return isForThisMachine(request.headers.host);
    try {
      let isClosed = false;
      socket.once('close', () => {
        isClosed = true;
        this.open.delete(socket);
      });
      const authorization = authorizationOfSocket(request, connectionParams);
      const authentication = await this.authenticator.authenticate(authorization);
      // One that has gone meanwhile would be looked at for ever.
      if (!isClosed) this.open.set(socket, { socket, authorization, authentication });
      return true;
    } catch (error) {
      if (error instanceof UnauthenticatedError) {
        this.logger.warn(`A socket was refused: ${error.message}.`);
        authenticationRefused.tell({ reason: 'invalid', transport: 'websocket' });
        return false;
      }
      if (toDomainError(error)?.code !== 'SERVICE_UNAVAILABLE') throw error;
      socket.close(TRY_AGAIN_LATER, 'Nobody can be authenticated just now');
      return false;
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

const isOver = ({ expiresAt }: Authentication): boolean => expiresAt !== null && expiresAt <= now();

/** Browsers cannot give a socket headers, so what they would have said comes with its first message. */
function authorizationOfSocket(
  request: IncomingMessage,
  connectionParams: Readonly<Record<string, unknown>> = {},
): string {
  const params = Object.entries(connectionParams).filter(([name]) => name.toLowerCase() === 'authorization');
  const given = [authorizationOf(request), ...params.map(([, value]) => value)].filter(
    (value) => value !== undefined,
  );
  const [authorization, ...others] = new Set(given);
  if (others.length > 0) throw new UnauthenticatedError('there are several authorizations');
  if (typeof authorization !== 'string') throw new UnauthenticatedError('there is no authorization');
  return authorization;
}
