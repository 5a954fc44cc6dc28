import type { Connection } from './connection.js';

/** All columns with instants that scores and contact states depend on. */
const INSTANTS = {
  interactions: ['date'],
  leads: [
    'scoreCalculatedAt',
    'scoreValidUntil',
    'lastInteractionAt',
    'lastContactAt',
    'nextInteractionAt',
    'nextContactAt',
  ],
  lead_scores: ['validFrom', 'refreshAt', 'retryAt'],
  rescore_runs: ['asOf'],
};

/**
 * Moves all instants into the past without triggers, as if this many days had passed.
 * @param days negative: as if the clock had been set back
 */
export async function passTime(connection: Connection, days: number): Promise<void> {
  await connection.rows('BEGIN; SET LOCAL session_replication_role = replica');
  for (const [table, columns] of Object.entries(INSTANTS)) {
    const changes = columns.map((column) => `"${column}" = "${column}" - ${days} * interval '1 day'`);
    await connection.rows(`UPDATE ${table} SET ${changes.join(', ')}`);
  }
  await connection.rows('COMMIT');
}
