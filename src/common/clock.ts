/** The clock of this process. Scores use the clock of the database instead, which all replicas share. */
export const now = (): Date => new Date();

/** Milliseconds of a monotonic clock, which changes of the system time do not affect. */
export const monotonicNow = (): number => performance.now();
