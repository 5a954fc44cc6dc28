import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type pg from 'pg';
import { DedicatedConnections } from './dedicated-connections.js';
import { cutConnection } from './session.js';

/** Monitoring needs a quick response, even if it is an error. */
const TIME_LIMIT_MS = 800;

/** PostgreSQL fails before that limit, so that no statement keeps running after its caller has given up. */
const PREPARE = `SET lock_timeout = '100ms'; SET statement_timeout = '600ms'`;

/**
 * A connection for monitoring: whether the database responds, and how much work there is. It is not part of
 * the pool, whose connections may all be busy while the database is healthy. It is opened on demand, and
 * again after it was lost.
 */
@Injectable()
export class ProbeConnection implements OnModuleDestroy {
  private client: Promise<pg.Client> | null = null;

  constructor(private readonly connections: DedicatedConnections) {}

  /** @throws if there is no response within 800 ms; errors of PostgreSQL unchanged */
  async rows<Row extends object>(sql: string): Promise<Row[]> {
    const client = (this.client ??= this.open());
    const abort = new AbortController();
    try {
      return await Promise.race([
        client.then(async (connection) => (await connection.query<Row>(sql)).rows),
        timeLimit(abort.signal),
      ]);
    } catch (error) {
      if (!isAnswer(error)) this.drop(client);
      throw error;
    } finally {
      abort.abort();
    }
  }

  private async open(): Promise<pg.Client> {
    const client = await this.connections.open('probe');
    await client.query(PREPARE);
    return client;
  }

  onModuleDestroy(): void {
    if (this.client !== null) this.drop(this.client);
  }

  private drop(client: Promise<pg.Client>): void {
    if (this.client === client) this.client = null;
    client.then(cutConnection, () => undefined);
  }
}

/** An error of PostgreSQL with the severity ERROR: the connection is still usable. */
const isAnswer = (error: unknown): boolean =>
  error instanceof Error && 'severity' in error && error.severity === 'ERROR';

function timeLimit(ended: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error('The database has not answered in time.'));
    }, TIME_LIMIT_MS);
    ended.addEventListener('abort', () => {
      clearTimeout(timer);
    });
  });
}
