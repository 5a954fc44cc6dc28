import type { ApolloServerPlugin, GraphQLServerListener } from '@apollo/server';
import { Plugin } from '@nestjs/apollo';
import { RescoringService } from './rescoring.service.js';

/**
 * Has a recalculation roll back as soon as the server is to stop. The server first gives requests that are under way
 * time to finish, and the recalculation's own would use up all of it.
 */
@Plugin()
export class StopWithServerPlugin implements ApolloServerPlugin {
  constructor(private readonly rescoring: RescoringService) {}

  serverWillStart(): Promise<GraphQLServerListener> {
    return Promise.resolve({ drainServer: () => this.rescoring.stop() });
  }
}
