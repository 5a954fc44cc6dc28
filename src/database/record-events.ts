import type { OnModuleDestroy } from '@nestjs/common';
import { errorCodeOf } from './connection-errors.js';
import type { DedicatedConnections } from './dedicated-connections.js';
import type { PersistentConnection } from './persistent-connection.js';

/** The SQLSTATE of a standby, which does not support LISTEN. */
const READ_ONLY = '25006';

/** How often watchers check by themselves: a process that dies sends no notification. */
const CHECK_INTERVAL_MS = 2000;

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
  private timer: NodeJS.Timeout | undefined;
  private connection: PersistentConnection | null = null;

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
    this.timer ??= setInterval(() => {
      this.publish(null);
    }, CHECK_INTERVAL_MS);
    this.connection ??= this.listeningConnection();
    return {
      ready: this.connection.open().catch((error: unknown) => {
        // Watchers check by themselves until a new session can listen, since the standby may be promoted.
        if (errorCodeOf(error) !== READ_ONLY) throw error;
      }),
      close: () => {
        watcher.close();
        if (this.watchers.delete(watcher) && this.watchers.size === 0) this.stopListening();
      },
      [Symbol.asyncIterator]: () => watcher.changes(),
    };
  }

  onModuleDestroy(): void {
    for (const watcher of this.watchers) watcher.close();
    this.stopListening();
  }

  private publish(id: number | null): void {
    for (const watcher of this.watchers) watcher.add(id);
  }

  private listeningConnection(): PersistentConnection {
    return this.connections.persistent(this.purpose, {
      staysOpen: true,
      prepare: async (client) => {
        client.on('notification', ({ payload }) => {
          this.publish(Number(payload));
        });
        await client.query(`LISTEN ${this.channel}`);
        // Changes before LISTEN sent no notification to this session.
        this.publish(null);
      },
    });
  }

  private stopListening(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    void this.connection?.close();
    this.connection = null;
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
