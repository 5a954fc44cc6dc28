import { randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { DedicatedConnections } from './dedicated-connections.js';
import type { PersistentConnection } from './persistent-connection.js';

/** SQL that is true while the process with a name is running. @param name SQL of the name */
export const isPresent = (name: string): string => `EXISTS (
  SELECT FROM pg_locks
  WHERE locktype = 'advisory' AND classid = ${ADVISORY_LOCKS.processNameClass}
    AND objid = (hashtext(${name})::bigint & 4294967295)::oid AND objsubid = 2 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)`;

const HOLD_NAME = `SELECT pg_advisory_lock_shared(${ADVISORY_LOCKS.processNameClass}, hashtext($1))`;
const UNLOCK_NAME = `SELECT pg_advisory_unlock_shared(${ADVISORY_LOCKS.processNameClass}, hashtext($1))`;

/**
 * Lets other processes detect whether this process is running. It locks its names in PostgreSQL, which
 * releases the locks of a process that dies for any reason. Other processes can then take over its work at
 * once.
 */
@Injectable()
export class ProcessLiveness implements OnApplicationShutdown {
  /** The default name of this process. */
  readonly name = `process-${randomUUID()}`;
  private readonly names = new Set<string>();
  private readonly connection: PersistentConnection;
  private changing: Promise<void> = Promise.resolve();

  constructor(connections: DedicatedConnections) {
    this.connection = connections.persistent('process presence', {
      staysOpen: true,
      prepare: async (client) => {
        for (const name of this.names) await client.query(HOLD_NAME, [name]);
      },
    });
  }

  /**
   * Registers a name. It is visible from the time the promise resolves until `unregister` or the end of the
   * process.
   */
  register(name = this.name): Promise<void> {
    return this.inTurn(() => this.acquireLock(name));
  }

  /** Unregisters a name while the process continues. */
  unregister(name: string): Promise<void> {
    return this.inTurn(async () => {
      // Deleted first: even if the statement fails, a new connection does not lock the name again.
      if (!this.names.delete(name) || !this.connection.isOpen) return;
      await this.connection.rows(UNLOCK_NAME, [name]).catch(() => undefined);
    });
  }

  /** Changes run one after the other. */
  private inTurn(change: () => Promise<void>): Promise<void> {
    const changing = this.changing.then(change);
    this.changing = changing.catch(() => undefined);
    return changing;
  }

  private async acquireLock(name: string): Promise<void> {
    if (this.names.has(name)) return this.connection.open();
    await this.connection.rows(HOLD_NAME, [name]);
    this.names.add(name);
  }

  onApplicationShutdown(): Promise<void> {
    return this.connection.close();
  }
}
