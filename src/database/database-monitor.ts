import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { OpenRequests } from '../common/request-deadline.js';
import { TimeSettings } from '../config/time-settings.js';
import { DatabaseAvailability } from './database-availability.js';
import { DedicatedConnections } from './dedicated-connections.js';
import { LateAnswerError, type PersistentConnection } from './persistent-connection.js';

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
  private readonly connection: PersistentConnection;

  constructor(
    connections: DedicatedConnections,
    private readonly availability: DatabaseAvailability,
    private readonly openRequests: OpenRequests,
    { pingMs }: TimeSettings,
  ) {
    this.connection = connections.persistent('watch', { limitMs: pingMs });
  }

  onApplicationBootstrap(): void {
    void this.watch();
  }

  async onApplicationShutdown(): Promise<void> {
    this.closing.abort();
    await this.connection.close();
  }

  private async watch(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      const isThere = await this.answers();
      if (signal.aborted) return;
      if (isThere !== this.availability.isAvailable) this.update(isThere);
      await sleep(PING_INTERVAL_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  private update(isThere: boolean): void {
    this.availability.isAvailable = isThere;
    if (isThere) {
      this.logger.warn('The database responds again.');
      return;
    }
    this.logger.error('The database does not respond: requests are rejected until it does.');
    this.openRequests.endAll('The database is not available at the moment; try again.');
  }

  private async answers(): Promise<boolean> {
    const { isOpen } = this.connection;
    const answer = await this.ping();
    // An administrator or a firewall may have closed only this connection.
    return (answer === 'lost' && isOpen ? await this.ping() : answer) === 'there';
  }

  private async ping(): Promise<'there' | 'late' | 'lost'> {
    try {
      await this.connection.rows(PING);
      return 'there';
    } catch (error) {
      return error instanceof LateAnswerError ? 'late' : 'lost';
    }
  }
}
