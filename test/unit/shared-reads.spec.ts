import { describe, expect, it } from 'vitest';
import { SharedReads } from '../../src/database/shared-reads.js';

describe('shared reads', () => {
  it('read once for all that ask at the same time, and apart for each key', async () => {
    const reads = new SharedReads<string, string>();
    const read: string[] = [];
    const ask = (key: string) =>
      reads.read(key, () => {
        read.push(key);
        return Promise.resolve(`row ${key}`);
      });
    expect(await Promise.all([ask('a'), ask('a'), ask('b'), ask('a')])).toEqual([
      'row a',
      'row a',
      'row b',
      'row a',
    ]);
    expect(read.sort()).toEqual(['a', 'b']);
  });

  it('read again for those that ask while a read is under way', async () => {
    const reads = new SharedReads<string, number>();
    let value = 1;
    let release: () => void = () => undefined;
    let begun: () => void = () => undefined;
    const hasBegun = new Promise<void>((resolve) => (begun = resolve));
    const first = reads.read('a', async () => {
      const seen = value;
      begun();
      await new Promise<void>((resolve) => (release = resolve));
      return seen;
    });
    await hasBegun;
    value = 2;
    const later = [1, 2].map(() => reads.read('a', () => Promise.resolve(value)));
    release();
    expect([await first, ...(await Promise.all(later))]).toEqual([1, 2, 2]);
  });

  it('fail for those that asked, and read again for the next', async () => {
    const reads = new SharedReads<string, number>();
    const failing = [1, 2].map(() => reads.read('a', () => Promise.reject(new Error('away'))));
    expect((await Promise.allSettled(failing)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await reads.read('a', () => Promise.resolve(3))).toBe(3);
  });
});
