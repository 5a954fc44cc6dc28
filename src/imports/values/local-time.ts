import { DateTime, IANAZone } from 'luxon';

/** Why a local time does not name exactly one instant. */
export type LocalTimeProblem = 'skipped' | 'repeated';

export interface LocalInstant {
  /** In milliseconds since 1970. */
  readonly epoch: number;
  readonly problem: LocalTimeProblem | null;
}

interface Offset {
  readonly milliseconds: number;
  readonly problem: LocalTimeProblem | null;
}

const DAY_MS = 86_400_000;
const SLOT_MS = 15 * 60_000;
const MAX_SLOTS = 20_000;

export const isTimeZone = (name: string): boolean =>
  name.toUpperCase() === 'UTC' || IANAZone.isValidZone(name);

/**
 * Converts local times of a time zone to instants. A time that a clock change skips (02:30 when 02:00 becomes
 * 03:00) moves forward by the gap. Of a time that occurs twice, the first one is used.
 */
export class LocalTimes {
  private readonly offsets = new Map<number, Offset>();

  private readonly isUtc: boolean;

  /** @param zone an IANA name for which `isTimeZone` is true */
  constructor(private readonly zone: string) {
    this.isUtc = zone.toUpperCase() === 'UTC';
  }

  /** @param local the local date and time, as if it were UTC, in milliseconds since 1970 */
  toInstant(local: number): LocalInstant {
    if (this.isUtc) return { epoch: local, problem: null };
    const { milliseconds, problem } = this.offsetAt(local);
    return { epoch: local - milliseconds, problem };
  }

  /** Since 1970, clocks have changed at quarters of an hour only. A lookup is expensive, so they are cached. */
  private offsetAt(local: number): Offset {
    if (local < 0) return this.lookUp(local);
    const slot = Math.floor(local / SLOT_MS);
    const cached = this.offsets.get(slot);
    if (cached !== undefined) return cached;
    if (this.offsets.size >= MAX_SLOTS) this.offsets.clear();
    const offset = this.lookUp(slot * SLOT_MS);
    this.offsets.set(slot, offset);
    return offset;
  }

  /**
   * Looks for offsets that are in force at the instant that they give. `DateTime.fromObject` of luxon can return another one in the
   * first hour after a clock change.
   */
  private lookUp(local: number): Offset {
    const [before = 0, ...others] = [local - DAY_MS, local, local + DAY_MS].map((instant) =>
      this.offsetOf(instant),
    );
    const right = [...new Set([before, ...others])].filter(
      (offset) => this.offsetOf(local - offset) === offset,
    );
    // A skipped time is read with the offset before the change, so that it moves forward by the gap.
    if (right.length === 0) return { milliseconds: before, problem: 'skipped' };
    return { milliseconds: Math.max(...right), problem: right.length > 1 ? 'repeated' : null };
  }

  /** @param instant in milliseconds since 1970 @returns how far local times are ahead of UTC, in milliseconds */
  private offsetOf(instant: number): number {
    return DateTime.fromMillis(instant, { zone: this.zone }).offset * 60_000;
  }
}
