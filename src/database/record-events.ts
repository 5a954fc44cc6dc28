import { EventEmitter, on } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OnModuleDestroy } from '@nestjs/common';
import type { DedicatedConnections } from './dedicated-connections.js';

const RECONNECT_MS = 1000;

/** How often watchers look for themselves: a process that dies tells nobody. */
const LOOK_INTERVAL_MS = 2000;

/** The ids of records that have changed; null where it is time to look at all. */
export interface RecordChanges extends AsyncIterable<number | null> {
  /** Once changes are heard. */
  readonly ready: Promise<void>;
  close(): void;
}

/**
 * Hears from PostgreSQL which records of a kind change, whichever replica changes them. One connection for all who
 * watch, open only while somebody does.
 */
export abstract class RecordEvents implements OnModuleDestroy {
  private readonly emitter = new EventEmitter().setMaxListeners(0);
  private watcherCount = 0;
  private listening: Promise<() => void> | null = null;
  private isClosing = false;

  /**
   * @param channel told the id of a record whenever it has changed
   * @param purpose how PostgreSQL's own tools name the session
   */
  constructor(
    private readonly connections: DedicatedConnections,
    private readonly channel: string,
    private readonly purpose: string,
  ) {}

  changes(): RecordChanges {
    const closing = new AbortController();
    const onClose = () => {
      closing.abort();
    };
    this.emitter.once('close', onClose);
    const events = on(this.emitter, 'change', { signal: closing.signal }) as AsyncIterable<[number | null]>;
    const look = setInterval(() => this.emitter.emit('change', null), LOOK_INTERVAL_MS);
    this.watcherCount += 1;
    this.listening ??= this.listen();
    let isOpen = true;
    return {
      ready: this.listening.then(() => undefined),
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        clearInterval(look);
        this.emitter.off('close', onClose);
        closing.abort();
        this.watcherCount -= 1;
        if (this.watcherCount === 0) this.stopListening();
      },
      [Symbol.asyncIterator]: () => idsOf(events, closing.signal),
    };
  }

  onModuleDestroy(): void {
    this.isClosing = true;
    this.emitter.emit('close');
    this.stopListening();
  }

  /** @returns what ends it */
  private async listen(): Promise<() => void> {
    try {
      const client = await this.connections.open(this.purpose);
      client.on('notification', ({ payload }) => this.emitter.emit('change', Number(payload)));
      const reconnect = () => void this.reconnect();
      client.once('end', reconnect);
      await client.query(`LISTEN ${this.channel}`);
      // What changed before is not told any more.
      this.emitter.emit('change', null);
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
    for (;;) {
      await sleep(RECONNECT_MS, undefined, { ref: false });
      // A watcher that has come meanwhile listens already; or all have gone.
      if (this.watcherCount === 0 || this.isClosing || this.listening !== null) return;
      this.listening = this.listen();
      await this.listening.catch(() => undefined);
    }
  }

  private stopListening(): void {
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

async function* idsOf(
  events: AsyncIterable<[number | null]>,
  signal: AbortSignal,
): AsyncGenerator<number | null, void, undefined> {
  try {
    for await (const [id] of events) yield id;
  } catch (error) {
    // Closing is no failure.
    if (!signal.aborted) throw error;
  }
}
