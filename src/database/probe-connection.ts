import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { DedicatedConnections } from './dedicated-connections.js';
import { LateAnswerError, type PersistentConnection, within } from './persistent-connection.js';

/** Monitoring needs a quick response, even if it is an error. */
const LIMIT_MS = 800;

/** PostgreSQL fails before that limit, so that no statement keeps running after its caller has given up. */
const PREPARE = `SET lock_timeout = '100ms'; SET statement_timeout = '600ms'`;

/**
 * A connection for monitoring: whether the database responds, and how much work there is. It is not part of
 * the pool, whose connections may all be busy while the database is healthy.
 */
@Injectable()
export class ProbeConnection implements OnModuleDestroy {
  private readonly connection: PersistentConnection;

  constructor(connections: DedicatedConnections) {
    this.connection = connections.persistent('probe', {
      limitMs: LIMIT_MS,
      prepare: (client) => client.query(PREPARE),
    });
  }

  /** @throws LateAnswerError if there is no response within 800 ms; errors of PostgreSQL unchanged */
  async rows<Row extends object>(sql: string): Promise<Row[]> {
    try {
      // Includes opening the connection, and waiting for earlier statements.
      return await within(LIMIT_MS, this.connection.rows<Row>(sql));
    } catch (error) {
      if (error instanceof LateAnswerError) this.connection.reset();
      throw error;
    }
  }

  onModuleDestroy(): Promise<void> {
    return this.connection.close();
  }
}
