import { type Logger as WorkerLogger, Logger, runMigrations } from 'graphile-worker';
import { DedicatedConnections } from './dedicated-connections.js';

/** The schema of the queue's own tables: not the library's default, so that nobody else's workers are among ours. */
export const QUEUE_SCHEMA = 'summary_queue';

/** What the library has to say is about its inside; what concerns us, we hear from its promises. */
export const silentLogger: WorkerLogger = new Logger(() => () => undefined);

/** Brings the tables of the queue up to date, which its library keeps. Of several at once, one does it. */
export async function migrateQueue(url: string): Promise<void> {
  const pool = new DedicatedConnections(url).pool('migrator', 1);
  try {
    await runMigrations({ pgPool: pool, schema: QUEUE_SCHEMA, logger: silentLogger });
  } finally {
    await pool.end();
  }
}
