import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type pg from 'pg';
import { DedicatedConnections } from './dedicated-connections.js';

/** Who watches the database wants an answer, not a wait. */
const TIME_LIMIT_MS = 800;

/** PostgreSQL answers with an error before that, so that nothing waits there for a caller that has given up. */
const PREPARE = `SET lock_timeout = '100ms'; SET statement_timeout = '600ms'`;

/**
 * A connection for those who watch: whether the database can be reached, how much there is to do. It is not of the pool, all
 * of whose connections may be at work while the database does well. Opened when it is first needed, and anew where it is lost.
 */
@Injectable()
export class ProbeConnection implements OnModuleDestroy {
  private client: Promise<pg.Client> | null = null;

  constructor(private readonly connections: DedicatedConnections) {}

  /** @throws where there is no answer within 800 ms; errors of PostgreSQL as they are */
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
    client.then(cutOff, () => undefined);
  }
}

/** One that does not answer would not answer a good-bye either. */
function cutOff(client: pg.Client): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

/** Of PostgreSQL, with a severity: the connection is as good as before. */
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
