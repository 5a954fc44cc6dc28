import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;

/**
 * Waits until a condition is met; the time limit of the test is the deadline. It sleeps between two checks,
 * because the observed processes need the CPU.
 * @param pollMs shorter for a condition that is met only for a moment
 */
export async function until(isMet: () => boolean | Promise<boolean>, pollMs = POLL_MS): Promise<void> {
  while (!(await isMet())) await sleep(pollMs);
}
