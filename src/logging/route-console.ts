import { format } from 'node:util';
import type { Log } from './log.js';
import { withoutQuotes } from './describe-error.js';

/**
 * Redirects `console` to the log. Sequelize prints to the console if a transaction cannot be committed or
 * rolled back, including the database message.
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
