import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import { endAllRequests } from '../common/request-deadline.js';
import { DatabaseAvailability } from './database-availability.js';
import { DedicatedConnections } from './dedicated-connections.js';
import { cutConnection } from './session.js';

const PING_INTERVAL_MS = 500;

/** Reads no table. The result is ignored; `WriteMonitor` detects a standby. */
const PING = 'SHOW transaction_read_only';

/**
 * Pings the database twice a second over a connection of its own. If a database stops responding without
 * closing its connections (its machine is down or frozen), every request would wait until its deadline. If a
 * ping fails, requests that wait for the database are aborted, and new ones are rejected until a ping
 * succeeds. If only the connection of the ping was lost, the ping is first repeated over a new one.
 */
@Injectable()
export class DatabaseMonitor implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(DatabaseMonitor.name);
  private readonly closing = new AbortController();
  private client: pg.Client | null = null;

  constructor(
    private readonly connections: DedicatedConnections,
    private readonly availability: DatabaseAvailability,
    private readonly timeoutMs: number,
  ) {}

  onApplicationBootstrap(): void {
    void this.watch();
  }

  async onApplicationShutdown(): Promise<void> {
    this.closing.abort();
    await this.client?.end().catch(() => undefined);
  }

  private async watch(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      const isThere = await this.answers();
      if (signal.aborted) return;
      if (isThere !== this.availability.isAvailable) this.tell(isThere);
      await sleep(PING_INTERVAL_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  private tell(isThere: boolean): void {
    this.availability.isAvailable = isThere;
    if (isThere) {
      this.logger.warn('The database answers again.');
      return;
    }
    this.logger.error('The database does not answer: requests are refused until it does.');
    endAllRequests('The database is not available at the moment; try again.');
  }

  private async answers(): Promise<boolean> {
    const hadConnection = this.client !== null;
    const answer = await this.ping();
    // An administrator or a firewall may have closed only this connection.
    return (answer === 'lost' && hadConnection ? await this.ping() : answer) === 'there';
  }

  private async ping(): Promise<'there' | 'late' | 'lost'> {
    try {
      this.client ??= await this.connections.open('watch', this.timeoutMs);
      await within(this.timeoutMs, this.client.query(PING));
      return 'there';
    } catch (error) {
      const { client } = this;
      this.client = null;
      if (client !== null) cutConnection(client);
      return error instanceof LateAnswerError ? 'late' : 'lost';
    }
  }
}

class LateAnswerError extends Error {
  override readonly name = 'LateAnswerError';
}

async function within<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  const done = new AbortController();
  const late = sleep(ms, undefined, { signal: done.signal, ref: false }).then(async () => {
    // If this process itself was busy, the response has already arrived, and is read during this pause.
    await sleep(50, undefined, { ref: false });
    throw new LateAnswerError('The database did not answer in time.');
  });
  late.catch(() => undefined);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
  }
}
