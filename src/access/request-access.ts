import { HttpException, Injectable, Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../common/caller.js';
import { authenticationRefused } from '../common/happenings.js';
import { withRequest } from '../common/request-context.js';
import type {} from '../common/incoming-request.js';
import { Authenticator, authorizationOf } from './authenticator.js';
import { UnauthenticatedError } from './authentication.js';
import { UNAUTHENTICATED_MESSAGE } from './check-access.js';
import { isForThisMachine } from './own-host.js';
import { RouterProof } from './router-proof.js';

interface RequestAccess {
  /** Undefined: a router that asks for itself. */
  readonly caller?: Caller;
  readonly isFromRouter: boolean;
}

/** What counts the attempts of an address to prove who it is that fail. */
export abstract class RefusalCount {
  /** @throws DomainError RATE_LIMITED where there were too many */
  abstract countRefusal(address: string): Promise<void>;
}

/** Who calls where all may all. */
export const DEVELOPER: Caller = Object.freeze({ key: 'development', role: 'admin' });

const NOT_THIS_MACHINE =
  'Without authentication, only requests to localhost are answered; AUTH=on takes those to other names.';

/** Finds out who makes a request over HTTP, before its body is read. */
@Injectable()
export class RequestAccessControl {
  private readonly logger = new Logger('Access');

  constructor(
    private readonly isOn: boolean,
    private readonly authenticator: Authenticator,
    private readonly router: RouterProof,
    private readonly refusals: RefusalCount,
  ) {}

  /** @param isOpen requests that anybody may make, such as visits of a page */
  guard(server: FastifyInstance, path: string, isOpen: (request: FastifyRequest) => boolean): void {
    server.addHook('onRequest', async (request, reply) => {
      if (request.routeOptions.url !== path || request.method === 'OPTIONS' || isOpen(request)) return;
      Object.assign(request.work, await withRequest(request.work, () => this.accessOf(request, reply)));
    });
  }

  private async accessOf(request: FastifyRequest, reply: FastifyReply): Promise<RequestAccess> {
    const { headers } = request;
    const isFromRouter = this.router.isEnough(headers);
    if (!this.isOn) {
      if (!isForThisMachine(headers.host)) throw new HttpException(NOT_THIS_MACHINE, 403);
      return { caller: DEVELOPER, isFromRouter };
    }
    try {
      const authorization = authorizationOf(request.raw);
      if (authorization !== undefined) {
        return { caller: (await this.authenticator.authenticate(authorization)).caller, isFromRouter };
      }
    } catch (error) {
      if (!(error instanceof UnauthenticatedError)) throw error;
      this.logger.warn(`A request was refused: ${error.message}.`);
      authenticationRefused.tell({ reason: 'invalid', transport: 'http' });
      await this.refusals.countRefusal(request.ip);
      throw refusal(reply);
    }
    if (this.router.isGiven(headers)) return { isFromRouter };
    authenticationRefused.tell({ reason: 'missing', transport: 'http' });
    throw refusal(reply);
  }
}

function refusal(reply: FastifyReply): HttpException {
  void reply.header('www-authenticate', 'Bearer').header('cache-control', 'no-store');
  return new HttpException(UNAUTHENTICATED_MESSAGE, 401);
}
