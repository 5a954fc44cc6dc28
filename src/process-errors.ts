import { Logger } from '@nestjs/common';
import { AppEvent } from './common/app-event.js';

/** A promise was rejected without a handler. */
export const rejectionUnhandled = new AppEvent<Record<never, never>>('rejection-unhandled');

const logger = new Logger('Process');

/** Unhandled rejections since the process started. Each of them is a bug. */
let rejectionCount = 0;

/**
 * Logs unhandled rejections and uncaught exceptions, which would otherwise end the process without a log
 * line.
 *
 * An unhandled rejection means that one piece of work has failed. The rest of the process is not affected, so
 * it continues. An uncaught exception may have left the state in memory inconsistent, so the process finishes
 * open requests and stops.
 */
export function installProcessErrorHandlers(stop: () => void): void {
  process.on('unhandledRejection', (reason) => {
    rejectionCount += 1;
    rejectionUnhandled.publish({});
    logger.error(`Unhandled rejection #${rejectionCount} since start.`, reason);
  });
  process.on('uncaughtException', (error) => {
    logger.error('Uncaught exception; the server stops.', error);
    stop();
  });
}
