import type { ApolloServerPlugin, GraphQLServerListener } from '@apollo/server';
import { Plugin } from '@nestjs/apollo';
import { RecalculationService } from './recalculation.service.js';

/**
 * Rolls back a recalculation as soon as the server begins to stop. Otherwise its request would use up the
 * time that the server grants to running requests.
 */
@Plugin()
export class StopWithServerPlugin implements ApolloServerPlugin {
  constructor(private readonly recalculation: RecalculationService) {}

  serverWillStart(): Promise<GraphQLServerListener> {
    return Promise.resolve({ drainServer: () => this.recalculation.stop() });
  }
}
