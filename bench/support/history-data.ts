import { RENEW_STATE } from '../../src/leads/scoring/score.sql.js';
import type { BenchDatabase } from './bench-database.js';

/** A year of weekly landmarks, and the horizon of the last one. */
const DAYS = 52 * 7 + 90;

/** $1: the number of leads. Most exist from the first landmark on, so that they are observed at all landmarks. */
const INSERT_LEADS = `
  INSERT INTO leads ("firstName", "lastName", email, budget, company, source, status, "createdAt", "updatedAt")
  SELECT 'First', 'Last', 'lead.' || n || '@company-' || n % 5000 || '.example', (n * 7919) % 250000,
    'Company ' || n % 5000, (ARRAY['website', 'referral', 'trade fair'])[1 + n % 3], 'qualified',
    now() - (${DAYS} - (n * 31) % 30) * interval '1 day', now()
  FROM generate_series(1, $1::int) AS n`;

/** Each lead passes through some statuses. Half of the leads are closed at some time. */
const INSERT_CHANGES = `
  INSERT INTO lead_changes ("leadId", "effectiveAt", "recordedAt", "statusBefore", "statusAfter", "budgetBefore", "budgetAfter",
    source, company, "emailDomain", "changedBy")
  SELECT id, at, at, before, change.status, budget, budget, source, company, split_part(email, '@', 2), 'benchmark'
  FROM leads CROSS JOIN LATERAL (
    VALUES (NULL, 'new', "createdAt"), ('new', 'contacted', "createdAt" + random() * interval '20 days'),
      ('contacted', 'qualified', "createdAt" + (20 + random() * 40) * interval '1 day'),
      ('qualified', CASE WHEN id % 4 = 0 THEN 'won' WHEN id % 4 = 1 THEN 'lost' END,
        "createdAt" + (60 + random() * ${DAYS - 100}) * interval '1 day')
  ) AS change (before, status, at)
  WHERE change.status IS NOT NULL
  ORDER BY at`;

/** $1: the number of leads, $2: the number of interactions. The rows of a lead are scattered over the table. */
const INSERT_INTERACTIONS = `
  INSERT INTO interactions (type, direction, date, notes, "leadId", "createdAt", "updatedAt", "recordedAt")
  SELECT (ARRAY['email', 'email', 'email', 'call', 'call', 'meeting']::enum_interactions_type[])[1 + floor(random() * 6)],
    CASE WHEN random() < 0.3 THEN 'outbound'::enum_interactions_direction END,
    date, 'Asked about prices and the time that a move would take; to be called again.',
    1 + floor(random() * $1::int), date, date, date + random() * interval '1 day'
  FROM (
    SELECT now() - interval '${DAYS} days' * (1 - n::float8 / $2::int) AS date FROM generate_series(1, $2::int) AS n
  ) AS day`;

/**
 * Fills an empty database with a year of history, and scores the leads.
 * @param interactions the average number for each lead
 */
export async function fillWithHistory(
  { client }: BenchDatabase,
  leads: number,
  interactions: number,
): Promise<void> {
  const TABLES = ['leads', 'interactions'];
  for (const table of TABLES) await client.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
  await client.query('SELECT setseed(0.5)');
  await client.query(INSERT_LEADS, [leads]);
  await client.query(INSERT_CHANGES);
  await client.query(INSERT_INTERACTIONS, [leads, leads * interactions]);
  for (const table of TABLES) await client.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
  await client.query(RENEW_STATE);
  for (const table of [...TABLES, 'lead_changes']) await client.query(`VACUUM ANALYZE ${table}`);
  await client.query('CHECKPOINT');
}
