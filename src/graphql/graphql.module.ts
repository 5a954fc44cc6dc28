import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloFederationDriver, type ApolloFederationDriverConfig } from '@nestjs/apollo';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { GraphQLModule as NestGraphQLModule } from '@nestjs/graphql';
import { DateTimeScalar } from './date-time.scalar.js';
import { ErrorFilter } from './error.filter.js';
import { formatError } from './format-error.js';
import { compiledQueriesPlugin } from './compiled-queries/compiled-queries.plugin.js';
import { withPlainFields } from './plain-fields.js';
import { CSRF_HEADERS } from './programs-get.js';
import { mediaTypePlugin } from './media-type.plugin.js';
import { OpenSockets } from './open-sockets.js';
import { outlivingCallerPlugin } from './outliving-caller.plugin.js';
import { responseHeadPlugin } from './response-head.plugin.js';
import { socketOnlyPlugin } from './socket-only.plugin.js';
import { subscriptionOptions } from './subscriptions.js';

/** The GraphQL endpoint: a Federation 2 subgraph at /graphql, its schema made from the code. */
@Module({})
export class GraphqlModule {
  static register(
    environment: 'development' | 'production',
    isAllowedOrigin: (origin: string) => boolean,
    requestTimeoutMs: number,
  ): DynamicModule {
    const sockets = new OpenSockets();
    return {
      module: GraphqlModule,
      providers: [
        { provide: OpenSockets, useValue: sockets },
        DateTimeScalar,
        { provide: APP_FILTER, useClass: ErrorFilter },
      ],
      imports: [
        NestGraphQLModule.forRoot<ApolloFederationDriverConfig>({
          driver: ApolloFederationDriver,
          path: '/graphql',
          // The oldest Federation 2 that has all we use, so that a gateway need not be a new one.
          autoSchemaFile: {
            federation: {
              version: 2,
              importUrl: 'https://specs.apollo.dev/federation/v2.0',
              directives: ['@key', '@shareable'],
            },
          },
          sortSchema: true,
          transformSchema: withPlainFields,
          playground: false,
          introspection: environment === 'development',
          includeStacktraceInErrorResponses: false,
          csrfPrevention: { requestHeaders: CSRF_HEADERS },
          // Each replica would remember queries of its own; clients fall back to sending them.
          persistedQueries: false,
          formatError,
          stringifyResult: JSON.stringify,
          subscriptions: subscriptionOptions(isAllowedOrigin, requestTimeoutMs, sockets),
          plugins: [
            ApolloServerPluginCacheControlDisabled(),
            ApolloServerPluginInlineTraceDisabled(),
            ApolloServerPluginLandingPageDisabled(),
            responseHeadPlugin,
            socketOnlyPlugin,
            mediaTypePlugin,
            outlivingCallerPlugin,
            compiledQueriesPlugin(),
          ],
        }),
      ],
    };
  }
}
