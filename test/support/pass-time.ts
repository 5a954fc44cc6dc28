import type { Connection } from './connection.js';

/** Every instant that scores and contact states depend on. */
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
  lead_scores: ['refreshAt', 'retryAt'],
};

/** Moves everything into the past, without any trigger: for the database it is as if so many days had passed. */
export async function passTime(connection: Connection, days: number): Promise<void> {
  await connection.rows('BEGIN; SET LOCAL session_replication_role = replica');
  for (const [table, columns] of Object.entries(INSTANTS)) {
    const changes = columns.map((column) => `"${column}" = "${column}" - ${days} * interval '1 day'`);
    await connection.rows(`UPDATE ${table} SET ${changes.join(', ')}`);
  }
  await connection.rows('COMMIT');
}
