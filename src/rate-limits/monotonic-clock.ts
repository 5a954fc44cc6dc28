/** Milliseconds of a monotonic clock, which changes of the system time do not affect. */
export const now = (): number => performance.now();
