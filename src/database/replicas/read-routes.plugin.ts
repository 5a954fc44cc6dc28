import type { ApolloServerPlugin } from '@apollo/server';
import { Plugin } from '@nestjs/apollo';
import { defaultFieldResolver, type GraphQLSchema, OperationTypeNode } from 'graphql';
import { currentRequest, setInContext } from '../../common/request-context.js';
import { ANYBODY } from './read-route.js';
import { ReadReplicas } from './read-replicas.js';

/**
 * Routes queries to replicas, and records mutations for their callers. Queries over WebSocket are read from
 * the primary; mutations over WebSocket are recorded like all others.
 */
@Plugin()
export class ReadRoutesPlugin implements ApolloServerPlugin {
  constructor(private readonly replicas: ReadReplicas) {}

  async serverWillStart({ schema }: { readonly schema: GraphQLSchema }): Promise<void> {
    if (!this.replicas.isConfigured) return;
    this.noteMutations(schema);
    await this.replicas.start();
  }

  requestDidStart = () =>
    Promise.resolve({
      didResolveOperation: ({
        operation,
      }: {
        readonly operation?: { readonly operation: OperationTypeNode };
      }) => {
        const request = currentRequest();
        if (
          this.replicas.isConfigured &&
          operation?.operation === OperationTypeNode.QUERY &&
          request !== undefined
        ) {
          setInContext(request, { reads: 'replica' });
        }
        return Promise.resolve();
      },
    });

  /** Wraps the resolvers of the schema, since the hooks of Apollo only cover mutations over HTTP. */
  private noteMutations(schema: GraphQLSchema): void {
    for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = (...args) =>
        this.replicas.writes.whileWriting(
          currentRequest()?.caller?.key ?? ANYBODY,
          () => resolve(...args) as Promise<unknown>,
        );
    }
  }
}
