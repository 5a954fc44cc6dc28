import { describe, expect, it } from 'vitest';
import { FallbackRateStore } from '../../src/rate-limits/fallback-rate-store.js';
import { LocalRateStore } from '../../src/rate-limits/local-rate-store.js';
import type { PointStore } from '../../src/rate-limits/rate-store.js';

const demand = (key: string, points: number, max = 5) => ({ key, points, max });

describe('LocalRateStore', () => {
  it('takes points for all keys or for none, up to the limit', async () => {
    const store = new LocalRateStore();
    expect(await store.take([demand('a', 3), demand('b', 1, 1)])).toMatchObject({ granted: true, taken: 3 });
    expect(await store.take([demand('a', 1), demand('b', 1, 1)])).toMatchObject({ granted: false, taken: 0 });
    expect(await store.take([demand('a', 2)])).toMatchObject({ granted: true, taken: 2 });
    expect((await store.take([demand('a', 1)])).endsInMs).toBeGreaterThan(0);
  });

  it('takes fewer points if the caller allows that', async () => {
    const store = new LocalRateStore();
    expect(await store.take([demand('a', 4)], true)).toMatchObject({ granted: true, taken: 4 });
    expect(await store.take([demand('a', 4)], true)).toMatchObject({ granted: true, taken: 1 });
    expect(await store.take([demand('a', 4)], true)).toMatchObject({ granted: false, taken: 0 });
  });

  it('forgets the oldest keys if there are too many', async () => {
    const store = new LocalRateStore();
    await store.take([demand('first', 5)]);
    for (let key = 0; key < 20_000; key += 1) await store.take([demand(`key ${key}`, 1)]);
    expect(await store.take([demand('first', 5)])).toMatchObject({ granted: true });
  });

  it('replaces a failing shared store for a while, but only after certain errors', async () => {
    let callCount = 0;
    const failing = (code: string): PointStore => ({
      take: () => {
        callCount += 1;
        return Promise.reject(Object.assign(new Error('no'), { code }));
      },
    });
    const isReadOnly = (error: unknown) => (error as { code: string }).code === '25006';
    const store = new FallbackRateStore(failing('25006'), new LocalRateStore(), isReadOnly);
    for (let time = 0; time < 5; time += 1) expect((await store.take([demand('a', 1)])).granted).toBe(true);
    expect((await store.take([demand('a', 1)])).granted).toBe(false);
    expect(callCount).toBe(1);
    const other = new FallbackRateStore(failing('08006'), new LocalRateStore(), isReadOnly);
    await expect(other.take([demand('a', 1)])).rejects.toMatchObject({ code: '08006' });
  });
});
