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

/** Whether browsers get a page at the endpoint, which anybody may look at. */
class OpenPage {
  constructor(readonly isServed: boolean) {}
}

/** Who may do what: finds out who calls, over HTTP and over sockets. */
@Module({})
export class AccessModule implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly control: RequestAccessControl,
    private readonly page: OpenPage,
  ) {}

  /** Not before: the hooks that give a request its id, and an answer what CORS wants, come first. */
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
