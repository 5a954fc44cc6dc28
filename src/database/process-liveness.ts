import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { DedicatedConnections } from './dedicated-connections.js';

const RECONNECT_MS = 500;

/** SQL that is true while the process lives that goes by a name. @param name SQL of the name */
export const isPresent = (name: string): string => `EXISTS (
  SELECT FROM pg_locks
  WHERE locktype = 'advisory' AND classid = ${ADVISORY_LOCKS.processNameClass}
    AND objid = (hashtext(${name})::bigint & 4294967295)::oid AND objsubid = 2 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)`;

const HOLD_NAME = `SELECT pg_advisory_lock_shared(${ADVISORY_LOCKS.processNameClass}, hashtext($1))`;
const LET_GO_OF_NAME = `SELECT pg_advisory_unlock_shared(${ADVISORY_LOCKS.processNameClass}, hashtext($1))`;

/**
 * Lets other processes see whether this one lives, by names that it goes by: PostgreSQL lets go of the locks of a
 * process that dies, however it dies. What such a process had begun can be taken over at once.
 */
@Injectable()
export class ProcessLiveness implements OnApplicationShutdown {
  /** The name that every process has. */
  readonly name = `process-${randomUUID()}`;
  private readonly names = new Set<string>();
  private connection: Promise<pg.Client> | null = null;
  private changing: Promise<void> = Promise.resolve();
  private isClosing = false;

  constructor(private readonly connections: DedicatedConnections) {}

  /** Makes a name seen, from when this answers until it is to disappear or the process ends. */
  register(name = this.name): Promise<void> {
    return this.inTurn(() => this.hold(name));
  }

  /** What went by a name has ended, though the process lives. */
  unregister(name: string): Promise<void> {
    return this.inTurn(async () => {
      // Whatever comes of the rest: a new connection will not hold it.
      if (!this.names.delete(name)) return;
      const client = await this.connection?.catch(() => null);
      await client?.query(LET_GO_OF_NAME, [name]).catch(() => undefined);
    });
  }

  /** One after the other: a connection runs one statement at a time. */
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
    while (!this.isClosing && this.connection === null) {
      this.connection = this.connect();
      await this.connection.catch(() => undefined);
      if (this.connection === null) await sleep(RECONNECT_MS, undefined, { ref: false });
    }
  }
}
