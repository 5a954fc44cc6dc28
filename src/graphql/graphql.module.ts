import type { Socket } from 'node:net';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloFederationDriver, type ApolloFederationDriverConfig } from '@nestjs/apollo';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { GraphQLModule as NestGraphQLModule } from '@nestjs/graphql';
import type { GraphQLSchema } from 'graphql';
import { accessPlugin } from '../access/access.plugin.js';
import { AccessCheck } from '../access/check-access.js';
import { SocketAccess } from '../access/socket-access.js';
import { AnswerMemory } from '../common/answer-memory.js';
import { isAllowedOrigin } from '../common/origins.js';
import { clientAddressOf } from '../common/client-address.js';
import { OpenRequests } from '../common/request-deadline.js';
import { Settings } from '../config/settings.js';
import { ListSizes } from '../list-sizes/list-sizes.js';
import { AnswerAdmission } from './answers/answer-admission.js';
import { answerWriterPlugin, stringifyResult } from './answers/answer-writer.plugin.js';
import { withCheckedRepresentations } from './checked-representations.js';
import { errorLimitsPlugin, MAX_ERRORS } from './error-limits.js';
import { clientErrors } from './client-errors.js';
import { compiledQueriesPlugin } from './compiled-queries/compiled-queries.plugin.js';
import { DateTimeScalar } from './date-time.scalar.js';
import { ErrorFilter } from './error.filter.js';
import { DocumentLimits } from './limits/document-limits.js';
import { documentStore } from './limits/document-store.js';
import { documentLimitsPlugin } from './limits/document-limits.plugin.js';
import type { OperationRates } from './limits/operation-rates.js';
import { mediaTypePlugin } from './media-type.plugin.js';
import { OpenOperations } from './open-operations.js';
import { OpenSockets } from './open-sockets.js';
import { analysisOf } from './operation-analysis.js';
import { operationWatchPlugin } from './operation-watch.plugin.js';
import { continueAfterDisconnectPlugin } from './continue-after-disconnect.plugin.js';
import { removeTrivialResolvers } from './remove-trivial-resolvers.js';
import { CSRF_HEADERS } from './same-site-api-get.js';
import { responseHeadersPlugin } from './response-headers.plugin.js';
import { SocketOperations } from './socket-operations.js';
import { socketOnlyPlugin } from './socket-only.plugin.js';
import { subscriptionOptions } from './subscriptions.js';

/** Parts of the server that the endpoint uses. */
export interface EndpointOptions {
  /** Called with the connection of an accepted WebSocket. */
  readonly keepConnection: (connection: Socket) => void;
  readonly rates: OperationRates;
  /** The key by which an HTTP request is counted. @param context of its operation */
  readonly callerOf: (context: object) => string;
}

/** The GraphQL endpoint: a Federation 2 subgraph at /graphql with a code-first schema. */
@Module({})
export class GraphqlModule {
  static register({ keepConnection, rates, callerOf }: EndpointOptions): DynamicModule {
    const memory = new AnswerMemory();
    const sockets = new OpenSockets();
    return {
      module: GraphqlModule,
      providers: [
        DateTimeScalar,
        { provide: APP_FILTER, useClass: ErrorFilter },
        { provide: OpenSockets, useValue: sockets },
        { provide: AnswerMemory, useValue: memory },
      ],
      exports: [OpenSockets],
      imports: [
        NestGraphQLModule.forRootAsync<ApolloFederationDriverConfig>({
          driver: ApolloFederationDriver,
          inject: [Settings, SocketAccess, ListSizes, OpenRequests],
          useFactory: (
            settings: Settings,
            access: SocketAccess,
            listSizes: ListSizes,
            openRequests: OpenRequests,
          ) => {
            const { environment, http, lists } = settings;
            const { query, sockets: socketLimits } = settings.limits;
            const limits = new DocumentLimits(query, {
              leads: lists.maxLeads,
              interactions: lists.maxInteractions,
            });
            const accessCheck = new AccessCheck((...operation) => analysisOf(...operation).access);
            const formatError = clientErrors(limits, environment);
            const admission = new AnswerAdmission(limits, listSizes, memory);
            // The schema is created later, but before the first WebSocket is accepted.
            let served: GraphQLSchema;
            const schema = () => served;
            return {
              path: '/graphql',
              // The oldest version of Federation 2 with all features that the schema uses, so that older
              // gateways work as well.
              autoSchemaFile: {
                federation: {
                  version: 2,
                  importUrl: 'https://specs.apollo.dev/federation/v2.0',
                  directives: ['@key', '@shareable'],
                },
              },
              sortSchema: true,
              transformSchema: (made: GraphQLSchema) =>
                (served = withCheckedRepresentations(removeTrivialResolvers(made))),
              playground: false,
              introspection: environment === 'development',
              includeStacktraceInErrorResponses: false,
              csrfPrevention: { requestHeaders: CSRF_HEADERS },
              // Each replica would cache queries separately. Without support, clients fall back to sending
              // the whole query.
              persistedQueries: false,
              formatError,
              parseOptions: limits.parseOptions,
              documentStore: documentStore(),
              validationRules: [limits.rule],
              validationOptions: { maxErrors: MAX_ERRORS },
              stringifyResult,
              subscriptions: subscriptionOptions({
                isAllowedOrigin: isAllowedOrigin(http.corsOrigins),
                addressOf: clientAddressOf(http.trustProxy),
                access,
                sockets,
                formatError,
                operations: new SocketOperations({
                  schema,
                  access: accessCheck,
                  limits,
                  rates,
                  admission,
                  open: new OpenOperations(socketLimits),
                  openRequests,
                  environment,
                }),
                maxSocketsPerCaller: socketLimits.maxSocketsPerCaller,
                keepConnection,
              }),
              plugins: [
                ApolloServerPluginCacheControlDisabled(),
                ApolloServerPluginInlineTraceDisabled(),
                ApolloServerPluginLandingPageDisabled(),
                accessPlugin(accessCheck),
                responseHeadersPlugin,
                socketOnlyPlugin,
                mediaTypePlugin,
                documentLimitsPlugin(limits, rates, admission, callerOf),
                continueAfterDisconnectPlugin,
                errorLimitsPlugin,
                answerWriterPlugin,
                operationWatchPlugin,
                ...(settings.compilesQueries ? [compiledQueriesPlugin()] : []),
              ],
            };
          },
        }),
      ],
    };
  }
}
