const MS_A_DAY = 86_400_000;

/** A Monday, 00:00 UTC. Every grid contains it, so the landmarks do not depend on the time of the evaluation. */
const ORIGIN = Date.UTC(1970, 0, 5);

/**
 * The instants at which leads are scored and compared with what follows. Each has a number, which counts from
 * a fixed origin. All instants are in milliseconds since 1970.
 */
export class Landmarks {
  /** The latest landmark whose horizon is over. */
  readonly last: number;
  private readonly stepMs: number;
  private readonly horizonMs: number;
  private readonly latest: number;

  /**
   * @param everyDays the days between two landmarks
   * @param horizonDays the days after a landmark in which an outcome counts
   * @param now the end of the data
   */
  constructor(everyDays: number, horizonDays: number, now: Date) {
    this.stepMs = everyDays * MS_A_DAY;
    this.horizonMs = horizonDays * MS_A_DAY;
    this.last = Math.floor((now.getTime() - this.horizonMs - ORIGIN) / this.stepMs);
    this.latest = Math.floor((now.getTime() - ORIGIN) / this.stepMs);
  }

  instantOf(landmark: number): number {
    return ORIGIN + landmark * this.stepMs;
  }

  /** The first landmark that is not before an instant. */
  firstFrom(instant: number): number {
    return Math.ceil((instant - ORIGIN) / this.stepMs);
  }

  /** The inclusive end of the time after a landmark in which an outcome counts. */
  horizonOf(landmark: number): number {
    return this.instantOf(landmark) + this.horizonMs;
  }

  /** The number of landmarks from a landmark on whose horizon is over. */
  countFrom(first: number): number {
    return Math.max(0, this.last - first + 1);
  }

  /** The number of landmarks from a landmark on whose horizon is not over. */
  incompleteCountFrom(first: number): number {
    return Math.max(0, this.latest - Math.max(this.last, first - 1));
  }
}
