import { Logger } from '@nestjs/common';
import { rejectionUnhandled } from './common/events.js';

const logger = new Logger('Process');

/** Promises that failed and that nobody waited for, since the process began; one is one too many. */
let rejectionCount = 0;

/**
 * Keeps what nobody has foreseen from ending the process without a word.
 *
 * A promise that fails and that nobody waits for is one piece of work that has failed: the others are as they were, so
 * the process goes on. An exception that nobody catches has left somewhere in the middle of something, and what is in
 * memory may be half of it: the process finishes what is under way, and leaves the rest to the next one.
 */
export function installProcessErrorHandlers(stop: () => void): void {
  process.on('unhandledRejection', (reason) => {
    rejectionCount += 1;
    rejectionUnhandled.publish({});
    logger.error(`A promise failed that nobody waits for (the ${rejectionCount}. since the start).`, reason);
  });
  process.on('uncaughtException', (error) => {
    logger.error('An exception was not caught; the server stops.', error);
    stop();
  });
}
