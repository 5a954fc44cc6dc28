import { setImmediate } from 'node:timers/promises';

/** Shares one read between all callers that request it at the same time. */
export class SharedReads<Key, Result> {
  private readonly current = new Map<Key, Promise<Result>>();
  private readonly next = new Map<Key, Promise<Result>>();

  /** @param read starts after this call, so that its result includes all changes before the call */
  read(key: Key, read: () => Promise<Result>): Promise<Result> {
    const next = this.next.get(key) ?? this.readNext(key, read);
    this.next.set(key, next);
    return next;
  }

  private async readNext(key: Key, read: () => Promise<Result>): Promise<Result> {
    // The subscribers of one event call `read` one after another, in the same turn of the event loop.
    await setImmediate();
    // A running read started earlier, so its result may be outdated.
    await this.current.get(key)?.catch(() => undefined);
    this.next.delete(key);
    const current = read();
    this.current.set(key, current);
    try {
      return await current;
    } finally {
      if (this.current.get(key) === current) this.current.delete(key);
    }
  }
}
