import { type DynamicModule, Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { Settings } from '../config/settings.js';
import { isPageVisit } from '../graphiql/is-page-visit.js';
import { ApiKeys } from './api-keys.js';
import { Authenticator } from './authenticator.js';
import { AttemptLimit, FailedAttempts } from './failed-attempts.js';
import { RequestAccessControl } from './request-access.js';
import { RouterProof } from './router-proof.js';
import { SocketAccess } from './socket-access.js';

/** Authentication and authorization, over HTTP and WebSocket. */
@Module({})
export class AccessModule implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly control: RequestAccessControl,
    private readonly settings: Settings,
  ) {}

  /**
   * Runs after the hooks that set the request id and the CORS headers, so that authentication errors have
   * both. The page of GraphiQL, which exists only in development, needs no authentication.
   */
  onModuleInit(): void {
    const hasPage = this.settings.environment === 'development';
    this.control.guard(
      this.host.httpAdapter.getInstance<FastifyInstance>(),
      '/graphql',
      ({ method, query, headers, routeOptions }) =>
        hasPage && routeOptions.url === '/graphql' && method === 'GET' && isPageVisit(query, headers),
    );
  }

  static register(limit: AttemptLimit): DynamicModule {
    return {
      module: AccessModule,
      global: true,
      providers: [
        ApiKeys,
        { provide: AttemptLimit, useValue: limit },
        FailedAttempts,
        Authenticator,
        RouterProof,
        RequestAccessControl,
        SocketAccess,
      ],
      exports: [FailedAttempts, SocketAccess],
    };
  }
}
