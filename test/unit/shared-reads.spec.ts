import { describe, expect, it } from 'vitest';
import { SharedReads } from '../../src/database/shared-reads.js';

describe('SharedReads', () => {
  it('reads once for all simultaneous calls with the same key', async () => {
    const reads = new SharedReads<string, string>();
    const read: string[] = [];
    const readKey = (key: string) =>
      reads.read(key, () => {
        read.push(key);
        return Promise.resolve(`row ${key}`);
      });
    expect(await Promise.all([readKey('a'), readKey('a'), readKey('b'), readKey('a')])).toEqual([
      'row a',
      'row a',
      'row b',
      'row a',
    ]);
    expect(read.sort()).toEqual(['a', 'b']);
  });

  it('reads again for calls during a read', async () => {
    const reads = new SharedReads<string, number>();
    let value = 1;
    let release: () => void = () => undefined;
    let markStarted: () => void = () => undefined;
    const started = new Promise<void>((resolve) => (markStarted = resolve));
    const first = reads.read('a', async () => {
      const seen = value;
      markStarted();
      await new Promise<void>((resolve) => (release = resolve));
      return seen;
    });
    await started;
    value = 2;
    const later = [1, 2].map(() => reads.read('a', () => Promise.resolve(value)));
    release();
    expect([await first, ...(await Promise.all(later))]).toEqual([1, 2, 2]);
  });

  it('rejects all simultaneous calls if the read fails, and reads again for the next', async () => {
    const reads = new SharedReads<string, number>();
    const failing = [1, 2].map(() => reads.read('a', () => Promise.reject(new Error('away'))));
    expect((await Promise.allSettled(failing)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await reads.read('a', () => Promise.resolve(3))).toBe(3);
  });
});
