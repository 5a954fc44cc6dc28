import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { DedicatedConnections } from './dedicated-connections.js';
import { reconnectDelayMs } from './reconnect-delay.js';

/** SQL that is true while the process with a name is running. @param name SQL of the name */
export const isPresent = (name: string): string => `EXISTS (
  SELECT FROM pg_locks
  WHERE locktype = 'advisory' AND classid = ${ADVISORY_LOCKS.processNameClass}
    AND objid = (hashtext(${name})::bigint & 4294967295)::oid AND objsubid = 2 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)`;

const HOLD_NAME = `SELECT pg_advisory_lock_shared(${ADVISORY_LOCKS.processNameClass}, hashtext($1))`;
const LET_GO_OF_NAME = `SELECT pg_advisory_unlock_shared(${ADVISORY_LOCKS.processNameClass}, hashtext($1))`;

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
  private connection: Promise<pg.Client> | null = null;
  private changing: Promise<void> = Promise.resolve();
  private isClosing = false;

  constructor(private readonly connections: DedicatedConnections) {}

  /**
   * Registers a name. It is visible from the time the promise resolves until `unregister` or the end of the
   * process.
   */
  register(name = this.name): Promise<void> {
    return this.inTurn(() => this.hold(name));
  }

  /** Unregisters a name while the process continues. */
  unregister(name: string): Promise<void> {
    return this.inTurn(async () => {
      // Deleted first: even if the statement fails, a new connection does not lock the name again.
      if (!this.names.delete(name)) return;
      const client = await this.connection?.catch(() => null);
      await client?.query(LET_GO_OF_NAME, [name]).catch(() => undefined);
    });
  }

  /** Changes run one after the other, since a connection runs one statement at a time. */
  private inTurn(change: () => Promise<void>): Promise<void> {
    const changing = this.changing.then(change);
    this.changing = changing.catch(() => undefined);
    return changing;
  }

  private async hold(name: string): Promise<void> {
    if (this.names.has(name) && this.connection !== null) {
      await this.connection;
      return;
    }
    this.connection ??= this.connect();
    const client = await this.connection;
    if (this.names.has(name)) return;
    await client.query(HOLD_NAME, [name]);
    this.names.add(name);
  }

  async onApplicationShutdown(): Promise<void> {
    this.isClosing = true;
    const client = await this.connection?.catch(() => null);
    await client?.end().catch(() => undefined);
  }

  private async connect(): Promise<pg.Client> {
    try {
      const client = await this.connections.open('process presence');
      client.once('end', () => void this.reconnect());
      for (const name of this.names) await client.query(HOLD_NAME, [name]);
      return client;
    } catch (error) {
      this.connection = null;
      throw error;
    }
  }

  private async reconnect(): Promise<void> {
    this.connection = null;
    for (let failedCount = 0; !this.isClosing && this.connection === null; failedCount += 1) {
      this.connection = this.connect();
      await this.connection.catch(() => undefined);
      if (this.connection === null) await sleep(reconnectDelayMs(failedCount), undefined, { ref: false });
    }
  }
}
