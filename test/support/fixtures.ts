import { randomUUID } from 'node:crypto';
import type { Connection } from './connection.js';

export interface LeadRow {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly budget: number | null;
  readonly status: string;
  readonly activityScore: number | null;
  readonly scoreCalculatedAt: Date | null;
}

/** Inserts a lead directly into the database. It has no score unless one is given. @returns its id */
export async function insertLead(connection: Connection, lead: Partial<LeadRow> = {}): Promise<number> {
  const row: LeadRow = {
    firstName: 'Ada',
    lastName: 'Lovelace',
    email: `${randomUUID()}@example.com`,
    budget: null,
    status: 'new',
    activityScore: null,
    scoreCalculatedAt: null,
    ...lead,
  };
  const [inserted] = await connection.rows<{ id: number }>(
    `INSERT INTO leads ("firstName", "lastName", email, budget, status, "activityScore", "scoreCalculatedAt",
       "createdAt", "updatedAt")
     VALUES ($1, $2, $3, $4, $5, $6, $7, now(), now()) RETURNING id`,
    [
      row.firstName,
      row.lastName,
      row.email,
      row.budget,
      row.status,
      row.activityScore,
      row.scoreCalculatedAt,
    ],
  );
  if (inserted === undefined) throw new Error('No lead was inserted.');
  return inserted.id;
}

/** Inserts many minimal leads in one statement. @returns their ids, ascending */
export async function insertLeads(connection: Connection, count: number): Promise<number[]> {
  const rows = await connection.rows<{ id: number }>(
    `INSERT INTO leads ("firstName", "lastName", email, status, "createdAt", "updatedAt")
     SELECT 'First', 'Last', gen_random_uuid() || '@example.com', 'new', now(), now()
     FROM generate_series(1, $1) RETURNING id`,
    [count],
  );
  return rows.map(({ id }) => id).sort((a, b) => a - b);
}

/** Inserts an interaction directly into the database. @returns its id */
export async function insertInteraction(
  connection: Connection,
  leadId: number,
  { type = 'call', ageInDays = 0, notes = null as string | null } = {},
): Promise<number> {
  const [inserted] = await connection.rows<{ id: number }>(
    `INSERT INTO interactions (type, date, notes, "leadId", "createdAt", "updatedAt")
     VALUES ($1, now() - $2 * interval '1 day', $3, $4, now(), now()) RETURNING id`,
    [type, ageInDays, notes, leadId],
  );
  if (inserted === undefined) throw new Error('No interaction was inserted.');
  return inserted.id;
}

export interface StoredScore {
  readonly id: number;
  readonly activityScore: number | null;
  readonly scoreCalculatedAt: Date | null;
}

/** Reads the stored scores by ascending id. */
export function readScores(connection: Connection): Promise<StoredScore[]> {
  return connection.rows<StoredScore>(
    'SELECT id, "activityScore", "scoreCalculatedAt" FROM leads ORDER BY id',
  );
}

/** Whether the date of a planned interaction has passed. */
export async function hasTakenPlace(connection: Connection, interactionId: number): Promise<boolean> {
  const sql = 'SELECT FROM interactions WHERE id = $1 AND date < now()';
  return (await connection.rows(sql, [interactionId])).length > 0;
}
