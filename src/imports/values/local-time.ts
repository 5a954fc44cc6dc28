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

  private lookUp(local: number): Offset {
    const fields = DateTime.fromMillis(local, { zone: 'utc' }).toObject();
    const found = DateTime.fromObject(fields, { zone: this.zone });
    const [first, second] = found.getPossibleOffsets().sort((a, b) => a.toMillis() - b.toMillis());
    const used = first ?? found;
    const wallClock = used.toMillis() + used.offset * 60_000;
    // A skipped time is read with the offset before the change, so that it moves forward by the gap.
    if (wallClock !== local) {
      const before = DateTime.fromMillis(local - 86_400_000, { zone: this.zone }).offset * 60_000;
      return { milliseconds: before, problem: 'skipped' };
    }
    return { milliseconds: local - used.toMillis(), problem: second === undefined ? null : 'repeated' };
  }
}
