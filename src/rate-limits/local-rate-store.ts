import { LRUCache } from 'lru-cache';
import { monotonicNow } from '../common/clock.js';
import type { RateDemand, PointStore, RateGrant } from './rate-store.js';

const MINUTE_MS = 60_000;
/** A key that was evicted starts a new minute. */
const MAX_KEYS = 20_000;

interface Minute {
  used: number;
  readonly endsAt: number;
}

/** Counts the points of this process only, by the rules of `take_rate_points`. Its memory is bounded. */
export class LocalRateStore implements PointStore {
  private readonly minutes = new LRUCache<string, Minute>({ max: MAX_KEYS });

  take(demands: readonly RateDemand[], allowPartial = false): Promise<RateGrant> {
    const wanted = demands.map((demand) => ({ ...demand, minute: this.minuteOf(demand.key) }));
    const lacking = wanted.filter(({ minute, points, max }) => minute.used + points > max);
    const [first] = wanted;
    const part = first === undefined ? 0 : Math.min(first.points, Math.max(first.max - first.minute.used, 0));
    const taken = lacking.length === 0 || allowPartial ? part : 0;
    const granted = lacking.length === 0 || taken > 0;
    if (granted) for (const { minute, points } of wanted) minute.used += allowPartial ? taken : points;
    const ends = (granted ? wanted : lacking).map(({ minute }) => minute.endsAt);
    const endsAt = granted ? Math.min(...ends) : Math.max(...ends);
    return Promise.resolve({ granted, taken, endsInMs: endsAt - monotonicNow() });
  }

  private minuteOf(key: string): Minute {
    const known = this.minutes.get(key);
    if (known !== undefined && known.endsAt > monotonicNow()) return known;
    const minute = { used: 0, endsAt: monotonicNow() + MINUTE_MS };
    this.minutes.set(key, minute);
    return minute;
  }
}
