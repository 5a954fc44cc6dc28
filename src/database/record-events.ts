import { setTimeout as sleep } from 'node:timers/promises';
import type { OnModuleDestroy } from '@nestjs/common';
import { errorCodeOf } from './connection-faults.js';
import type { DedicatedConnections } from './dedicated-connections.js';
import { reconnectDelayMs } from './reconnect-delay.js';

/** The SQLSTATE of a standby, which does not support LISTEN. */
const READ_ONLY = '25006';

/** How often watchers check by themselves: a process that dies sends no notification. */
const LOOK_INTERVAL_MS = 2000;

/** The ids of changed records. Null means that any record may have changed. */
export interface RecordChanges extends AsyncIterable<number | null> {
  /** Resolves once the connection is listening. */
  readonly ready: Promise<void>;
  close(): void;
}

/**
 * Publishes changes of records of one kind, by any replica. All watchers share one connection to PostgreSQL
 * and one timer, which exist only while there are watchers.
 */
export abstract class RecordEvents implements OnModuleDestroy {
  private readonly watchers = new Set<Watcher>();
  private looking: NodeJS.Timeout | undefined;
  private listening: Promise<() => void> | null = null;
  private isClosing = false;

  /**
   * @param channel the notification channel for ids of changed records
   * @param purpose part of the application name of the session in PostgreSQL
   */
  constructor(
    private readonly connections: DedicatedConnections,
    private readonly channel: string,
    private readonly purpose: string,
  ) {}

  changes(): RecordChanges {
    const watcher = new Watcher();
    this.watchers.add(watcher);
    this.looking ??= setInterval(() => {
      this.publish(null);
    }, LOOK_INTERVAL_MS);
    this.listening ??= this.listen();
    return {
      ready: this.listening.then(() => undefined),
      close: () => {
        watcher.close();
        if (this.watchers.delete(watcher) && this.watchers.size === 0) this.stopListening();
      },
      [Symbol.asyncIterator]: () => watcher.changes(),
    };
  }

  onModuleDestroy(): void {
    this.isClosing = true;
    for (const watcher of this.watchers) watcher.close();
    this.stopListening();
  }

  private publish(id: number | null): void {
    for (const watcher of this.watchers) watcher.add(id);
  }

  /** @returns a function that stops listening */
  private async listen(): Promise<() => void> {
    try {
      const client = await this.connections.open(this.purpose);
      client.on('notification', ({ payload }) => {
        this.publish(Number(payload));
      });
      const reconnect = () => void this.reconnect();
      client.once('end', reconnect);
      await client.query(`LISTEN ${this.channel}`).catch((error: unknown) => {
        if (errorCodeOf(error) !== READ_ONLY) throw error;
        // Watchers check by themselves until a new connection can listen, since the standby may be promoted.
        void client.end();
      });
      // Changes before LISTEN sent no notification to this session.
      this.publish(null);
      return () => {
        client.off('end', reconnect);
        void client.end().catch(() => undefined);
      };
    } catch (error) {
      this.listening = null;
      throw error;
    }
  }

  private async reconnect(): Promise<void> {
    this.listening = null;
    for (let failedCount = 0; ; failedCount += 1) {
      await sleep(reconnectDelayMs(failedCount), undefined, { ref: false });
      // A new watcher has already started to listen, or there are no watchers any more.
      if (this.watchers.size === 0 || this.isClosing || this.listening !== null) return;
      this.listening = this.listen();
      await this.listening.catch(() => undefined);
    }
  }

  private stopListening(): void {
    clearInterval(this.looking);
    this.looking = undefined;
    const listening = this.listening;
    this.listening = null;
    void listening?.then(
      (stop) => {
        stop();
      },
      () => undefined,
    );
  }
}

/** The pending changes of one watcher. A slow watcher gets each record once. */
class Watcher {
  private readonly ids = new Set<number | null>();
  private isClosed = false;
  private wake: () => void = () => undefined;

  add(id: number | null): void {
    this.ids.add(id);
    this.wake();
  }

  close(): void {
    this.isClosed = true;
    this.wake();
  }

  async *changes(): AsyncGenerator<number | null, void, undefined> {
    for (;;) {
      for (const id of this.ids) {
        if (this.isClosed) return;
        this.ids.delete(id);
        yield id;
      }
      if (this.isClosed) return;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}
