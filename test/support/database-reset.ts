import type { Connection } from './connection.js';

/**
 * Returns objects that a test may add to the schema `public`: for each, the statement that removes it, in the
 * order of removal.
 */
const READ_REMOVALS = `
  SELECT 1 AS step, format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS removal
  FROM pg_constraint
  WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype NOT IN ('n', 't')
  UNION ALL
  SELECT 2, format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL
  SELECT 3, format('DROP FUNCTION %s', oid::regprocedure) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL
  SELECT 4, format('DROP TABLE %s', oid::regclass) FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
  ORDER BY step`;

/**
 * The statements that remove all rows. TRUNCATE would take ten times as long, because it replaces the files of each table and
 * index.
 */
const READ_DELETIONS = `
  SELECT format('DELETE FROM %s', oid::regclass) AS deletion FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    AND relname NOT IN ('SequelizeMeta', 'scoring_rules', 'free_mail_domains')
  UNION ALL
  SELECT format('SELECT setval(%s, 1, false)', quote_literal(oid::regclass)) FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind = 'S' AND relname <> 'scoring_rules_id_seq'`;

/** Puts the rules of version 1 in force again. Published rules stay, because servers cache them. */
const RESET_RULES = `
  DELETE FROM scoring_rules WHERE version IS NULL;
  INSERT INTO scoring_rules (version, rules, "createdBy", "updatedBy", "publishedAt", "publishedBy", "isSettled")
  SELECT max(version) + 1, (SELECT rules FROM scoring_rules WHERE version = 1), 'test', 'test', now(), 'test', true
  FROM scoring_rules HAVING max(version) > 1`;

/**
 * Removes all leads with all that belongs to them. Their ids start with 1 again.
 */
export async function removeLeads(connection: Connection): Promise<void> {
  await connection.rows(`DELETE FROM interactions; DELETE FROM leads;
    SELECT setval(pg_get_serial_sequence('leads', 'id'), 1, false),
      setval(pg_get_serial_sequence('interactions', 'id'), 1, false)`);
}

/**
 * Lets the tests of a file share one server and its database.
 * @param connection a connection to a database without rows
 * @returns a function that removes all rows, and all triggers, functions, constraints and tables that were
 * added since
 */
export async function databaseReset(connection: Connection): Promise<() => Promise<void>> {
  const readRemovals = async () =>
    (await connection.rows<{ removal: string }>(READ_REMOVALS)).map(({ removal }) => removal);
  const original = new Set(await readRemovals());
  const deletions = (await connection.rows<{ deletion: string }>(READ_DELETIONS)).map(
    ({ deletion }) => deletion,
  );
  return async () => {
    const present = await readRemovals();
    const missing = [...original].filter((removal) => !present.includes(removal));
    if (missing.length > 0) throw new Error(`A test has to undo what it did: ${missing.join('; ')}`);
    const added = present.filter((removal) => !original.has(removal));
    // PostgreSQL executes them in one transaction. Neither triggers nor foreign keys are needed if all rows are removed.
    const role = (name: string) => `SET session_replication_role = ${name}`;
    await connection.rows([...added, role('replica'), ...deletions, RESET_RULES, role('DEFAULT')].join('; '));
  };
}
