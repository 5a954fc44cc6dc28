import os from 'node:os';
import { now } from '../../src/common/clock.js';
import type { BenchDatabase } from './bench-database.js';

/** Describes the machine, the database and the number of rounds. */
export const heading = async (database: BenchDatabase, rounds: number): Promise<string> =>
  `${await machine(database)} Medians of ${rounds} interleaved rounds.`;

/** Describes the machine and the database. */
export async function machine({ client, isEmbedded }: BenchDatabase): Promise<string> {
  const { rows } = await client.query<{ version: string; fsync: string; buffers: string }>(
    `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
       current_setting('shared_buffers') AS buffers`,
  );
  const [cpu] = os.cpus();
  const memory = `${Math.round(os.totalmem() / 2 ** 30)} GB`;
  const computer = `${cpu?.model.trim() ?? 'unknown processor'}, ${os.cpus().length} cores, ${memory}, ${os.type()}`;
  const database = `PostgreSQL ${rows[0]?.version} (${isEmbedded ? 'embedded' : 'named by --url'}, shared_buffers ${rows[0]?.buffers}, fsync ${rows[0]?.fsync})`;
  const date = now().toISOString().slice(0, 10);
  return `${date}, ${computer}, Node.js ${process.version}, ${database}.`;
}
