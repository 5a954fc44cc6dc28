/** Milliseconds that go on evenly, whatever is done to the clock of the machine. */
export const now = (): number => performance.now();
