import { QueryTypes } from 'sequelize';
import type { ConnectionPolicy, ConnectionPurpose } from '../connection-policy.js';
import { cutConnection } from '../session.js';
import type { ReadReplicas } from './read-replicas.js';
import { ReadRoute } from './read-route.js';

const isRead = ({ type, useMaster, uuid }: ConnectionPurpose): boolean =>
  (type === 'read' || type === QueryTypes.SELECT) && useMaster !== true && uuid === undefined;

/**
 * Routes the reads of requests to replicas, if the request allows it. Reads of other sessions' locks set
 * `useMaster`, since replicas do not have them.
 */
export const readFromReplicas =
  (replicas: ReadReplicas): ConnectionPolicy =>
  async (purpose, next) => {
    const route = isRead(purpose) ? ReadRoute.current(replicas) : null;
    const loan = await route?.lend();
    if (loan == null) return next(purpose);
    const { client, replica } = loan;
    return {
      connection: client,
      release: () => {
        replica.release(client);
      },
      destroy: () => {
        cutConnection(client);
        replica.release(client);
        return Promise.resolve();
      },
    };
  };
