import { type DynamicModule, Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import type { Settings } from '../config/settings.js';
import { isPageVisit } from '../graphiql/is-page-visit.js';
import { ApiKeys } from './api-keys.js';
import { Authenticator } from './authenticator.js';
import { AttemptLimit, FailedAttempts } from './failed-attempts.js';
import { RequestAccessControl } from './request-access.js';
import { RouterProof } from './router-proof.js';
import { SocketAccess } from './socket-access.js';
import { TokenVerifier } from './token-verifier.js';

/** Whether the endpoint serves a page to browsers, which needs no authentication. */
class OpenPage {
  constructor(readonly isServed: boolean) {}
}

/** Authentication and authorization, over HTTP and WebSocket. */
@Module({})
export class AccessModule implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly control: RequestAccessControl,
    private readonly page: OpenPage,
  ) {}

  /**
   * Runs after the hooks that set the request id and the CORS headers, so that authentication errors have
   * both.
   */
  onModuleInit(): void {
    this.control.guard(
      this.host.httpAdapter.getInstance<FastifyInstance>(),
      '/graphql',
      ({ method, query, headers }) => this.page.isServed && method === 'GET' && isPageVisit(query, headers),
    );
  }

  static register(
    { access, environment }: Pick<Settings, 'access' | 'environment'>,
    limit: AttemptLimit,
  ): DynamicModule {
    const isDevelopment = environment === 'development';
    return {
      module: AccessModule,
      global: true,
      providers: [
        ApiKeys,
        { provide: AttemptLimit, useValue: limit },
        FailedAttempts,
        { provide: OpenPage, useValue: new OpenPage(isDevelopment) },
        {
          provide: Authenticator,
          inject: [ApiKeys],
          useFactory: (keys: ApiKeys) =>
            new Authenticator(keys, access.jwt === null ? null : new TokenVerifier(access.jwt)),
        },
        {
          provide: RequestAccessControl,
          inject: [Authenticator, FailedAttempts],
          useFactory: (authenticator: Authenticator, failures: FailedAttempts) =>
            new RequestAccessControl(
              access.isOn,
              authenticator,
              new RouterProof(access.routerSecret, isDevelopment),
              failures,
            ),
        },
        {
          provide: SocketAccess,
          inject: [Authenticator, FailedAttempts],
          useFactory: (authenticator: Authenticator, failures: FailedAttempts) =>
            new SocketAccess(access.isOn, authenticator, failures),
        },
      ],
      exports: [FailedAttempts, SocketAccess],
    };
  }
}
