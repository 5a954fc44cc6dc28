import { format } from 'node:util';
import type { Log } from './log.js';
import { withoutQuotes } from './describe-error.js';

/**
 * Takes to the log what libraries print by themselves: Sequelize does so where a transaction cannot be committed or rolled
 * back, with the message of the database.
 */
export function routeConsole(log: Log): void {
  const write =
    (level: 'warn' | 'info') =>
    (...given: unknown[]) => {
      log[level]({ context: 'console' }, withoutQuotes(format(...given)));
    };
  Object.assign(console, {
    log: write('info'),
    info: write('info'),
    debug: write('info'),
    warn: write('warn'),
    error: write('warn'),
  });
}
