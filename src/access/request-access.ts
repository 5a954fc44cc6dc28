import { HttpException, Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, includesRole, type Role } from '../common/caller.js';
import { setInContext, withRequest } from '../common/request-context.js';
import type {} from '../common/incoming-request.js';
import type {} from '../common/route-rules.js';
import { AccessSettings, isLoopback } from '../config/access-settings.js';
import { Authenticator, authorizationOf } from './authenticator.js';
import { authenticationFailed, UnauthenticatedError } from './authentication.js';
import { FailedAttempts } from './failed-attempts.js';
import { lackingRoleMessage, NO_ROLE_MESSAGE, UNAUTHENTICATED_MESSAGE } from './check-access.js';
import { RouterProof } from './router-proof.js';

interface RequestAccess {
  /** Undefined: the federation router calls for itself. */
  readonly caller?: Caller;
  readonly isFromRouter: boolean;
}

/** The caller assumed when authentication is off. */
export const DEVELOPER: Caller = Object.freeze({ key: 'development', role: 'admin' });

const NOT_THIS_MACHINE =
  'Without authentication, only requests to localhost are accepted. Set AUTH=on to accept other host names.';

/** Authenticates HTTP requests before their bodies are read. */
@Injectable()
export class RequestAccessControl {
  constructor(
    private readonly settings: AccessSettings,
    private readonly authenticator: Authenticator,
    private readonly router: RouterProof,
    private readonly failures: FailedAttempts,
  ) {}

  /**
   * Authenticates the requests of one path, whose operations are authorized later, and of all routes with rules,
   * whose role is checked at once.
   * @param isOpen whether a request needs no authentication, such as the visit of a page
   */
  guard(server: FastifyInstance, path: string, isOpen: (request: FastifyRequest) => boolean): void {
    server.addHook('onRequest', async (request, reply) => {
      const { url, config } = request.routeOptions;
      const { rules } = config;
      if ((url !== path && rules === undefined) || request.method === 'OPTIONS' || isOpen(request)) return;
      setInContext(request.context, await withRequest(request.context, () => this.accessOf(request, reply)));
      if (rules !== undefined) requireRole(request.context.caller, rules.requiredRole, reply);
    });
  }

  private async accessOf(request: FastifyRequest, reply: FastifyReply): Promise<RequestAccess> {
    const { headers, context } = request;
    const address = context.address ?? 'unknown';
    const isFromRouter = this.router.isEnough(headers);
    if (!this.settings.isOn) {
      if (!isLoopbackHost(headers.host)) throw new HttpException(NOT_THIS_MACHINE, 403);
      return { caller: DEVELOPER, isFromRouter };
    }
    const isSecretWrong = this.router.isWrong(headers);
    if (isSecretWrong) {
      await this.failures.record(new UnauthenticatedError('the router secret is wrong'), 'http', address);
    }
    try {
      const authorization = authorizationOf(request.raw);
      if (authorization !== undefined) {
        const mayReadAgain = !this.failures.isLimited(address);
        const { caller } = await this.authenticator.authenticate(authorization, mayReadAgain);
        return { caller, isFromRouter };
      }
    } catch (error) {
      if (!(error instanceof UnauthenticatedError)) throw error;
      await this.failures.record(error, 'http', address);
      throw rejection(reply);
    }
    if (this.router.isGiven(headers)) return { isFromRouter };
    if (!isSecretWrong) authenticationFailed.publish({ reason: 'missing', transport: 'http' });
    throw rejection(reply);
  }
}

/** @throws HttpException; a federation router that calls for itself has no role */
function requireRole(caller: Caller | undefined, role: Role, reply: FastifyReply): void {
  if (caller === undefined) throw rejection(reply);
  if (caller.role === null) throw new HttpException(NO_ROLE_MESSAGE, 403);
  if (!includesRole(caller.role, role)) throw new HttpException(lackingRoleMessage(role, caller.role), 403);
}

function rejection(reply: FastifyReply): HttpException {
  void reply.header('www-authenticate', 'Bearer').header('cache-control', 'no-store');
  return new HttpException(UNAUTHENTICATED_MESSAGE, 401);
}

/**
 * Whether the Host header of a request is a loopback host. Without authentication, no other host name is
 * safe. A malicious website can let its name resolve to this machine and make a browser send requests (DNS
 * rebinding).
 */
export function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && isLoopback(host.replace(/:\d{1,5}$/, ''));
}
