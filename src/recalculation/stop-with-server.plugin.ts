import type { ApolloServerPlugin, GraphQLServerListener } from '@apollo/server';
import { Plugin } from '@nestjs/apollo';
import { RecalculationService } from './recalculation.service.js';

/**
 * Has a recalculation roll back as soon as the server is to stop. The server first gives requests that are under way
 * time to finish, and the recalculation's own would use up all of it.
 */
@Plugin()
export class StopWithServerPlugin implements ApolloServerPlugin {
  constructor(private readonly recalculation: RecalculationService) {}

  serverWillStart(): Promise<GraphQLServerListener> {
    return Promise.resolve({ drainServer: () => this.recalculation.stop() });
  }
}
