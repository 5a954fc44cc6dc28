import { contactOfEach, contactOfRange, scoresOf, SET_SCORE } from './score.sql.js';

/** Leads with an id above `afterId` and up to `upToId`. */
export interface IdRange {
  readonly afterId: number;
  readonly upToId: number;
}

/**
 * Lets PostgreSQL read interactions with several processes where that is quicker: by default it thinks twice of
 * starting them, and a batch is just large enough for them to pay. To compile each batch's expressions is not.
 */
export const PREFER_PARALLEL_READS = `
  SET LOCAL parallel_setup_cost = 10;
  SET LOCAL parallel_tuple_cost = 0.001;
  SET LOCAL jit = off`;

/**
 * Saved scores find their leads by key. The table of a batch has just been made, so PostgreSQL knows nothing of it
 * and would rather read all leads for every batch. Without materialized rows, PostgreSQL cannot compare each score
 * with each lead either.
 */
export const PREFER_LOOK_UPS = `
  SET LOCAL enable_nestloop = on;
  SET LOCAL enable_hashjoin = off;
  SET LOCAL enable_mergejoin = off;
  SET LOCAL enable_material = off`;

/**
 * Makes PostgreSQL plan the statements of triggers again. A session keeps their plans, and a plan that was made while
 * a table was small reads the whole table for each row, until somebody analyses the table.
 */
export const FORGET_PLANS = 'DISCARD PLANS';

/**
 * Waits for whoever changes the table itself while nobody waits for us yet: later, every wait is taken for a lead
 * that somebody has locked.
 */
export const LOCK_TABLE = 'LOCK TABLE leads IN ROW EXCLUSIVE MODE';

/** A waiting statement gives up rather than to keep everybody waiting who waits for us. $1: such as 200ms. */
export const LIMIT_LOCK_WAIT = `SELECT set_config('lock_timeout', $1, true)`;

/** As it was before `LIMIT_LOCK_WAIT`. */
export const USUAL_LOCK_WAIT = 'SET LOCAL lock_timeout TO DEFAULT';

/** What is checked at the commit is checked here instead, where a refusal is an error as any other. */
export const CHECK_CONSTRAINTS = 'SET CONSTRAINTS ALL IMMEDIATE';

/** @param ids a table with the ids of the leads, in a column `id` */
export const countLeads = (ids: string): string => `SELECT count(*)::int AS count FROM ${ids}`;

/** $1: the id to start after, $2: how many. One row, of nulls where there are no more. */
export const readPage = (ids: string): string => `
  SELECT min(id) - 1 AS "afterId", max(id) AS "upToId", count(*)::int AS count
  FROM (SELECT id FROM ${ids} WHERE id > $1 ORDER BY id LIMIT $2) AS page`;

/** From this share of the ids of a range on, a scan of all its interactions is faster than a look-up for each lead. */
const DENSE_SHARE = 1 / 4;

/** Which leads a calculation is about. */
export interface BatchLeads {
  readonly range: IdRange;
  /** A table with the ids of the leads, with a key and analysed; null: all leads of the range. */
  readonly ids: string | null;
  /** How many of the ids are in the range. */
  readonly count: number;
}

/**
 * Works out the scores of a range of leads into a table of their own, without a lock on any lead. Leads that have
 * a fresher score are left out. Numbers stand in the text, since such a statement takes no parameters.
 */
export function calculateBatch(table: string, { range, ids, count }: BatchLeads, asOf: Date): string {
  const { afterId, upToId } = range;
  const instant = `'${asOf.toISOString()}'::timestamptz`;
  const within = (column: string) => `${column} > ${afterId} AND ${column} <= ${upToId}`;
  const isChosen = ids === null ? [] : [`lead.id IN (SELECT id FROM ${ids} WHERE ${within('id')})`];
  const isDue = `(lead."scoreCalculatedAt" IS NULL OR lead."scoreCalculatedAt" <= ${instant})`;
  const condition = [within('lead.id'), ...isChosen, isDue].join(' AND ');
  const isDense = ids === null || count >= DENSE_SHARE * (upToId - afterId);
  const contact = isDense ? contactOfRange(instant, within('"leadId"')) : contactOfEach(instant);
  return `
    SET LOCAL enable_nestloop = ${isDense ? 'off' : 'on'};
    CREATE TEMP TABLE ${table} ON COMMIT DROP AS ${scoresOf({ contact, condition }, instant)}`;
}

/** $1, $2: a range. How many scores there are to save. */
export const countScores = (table: string): string =>
  `SELECT count(*)::int AS count FROM pg_temp.${table} WHERE id > $1 AND id <= $2`;

/**
 * $1, $2: a range. Saves scores of leads whose row is still the version that the score was worked out from.
 * Whatever a score rests on changes the row: what was changed meanwhile, or is removed, is not written.
 */
export const saveBatch = (table: string): string => `
  UPDATE leads AS lead ${SET_SCORE}
  FROM pg_temp.${table} AS fresh
  WHERE fresh.id > $1 AND fresh.id <= $2 AND lead.id = fresh.id AND lead.xmin = fresh.version`;

/** $1, $2: a range. Locks the leads that nobody else has locked, without waiting for any. */
export const lockUnlocked = (table: string): string => `
  SELECT lead.id
  FROM pg_temp.${table} AS fresh
  JOIN leads AS lead ON lead.id = fresh.id
  WHERE fresh.id > $1 AND fresh.id <= $2
  FOR NO KEY UPDATE OF lead SKIP LOCKED`;

/** $1, $2: a range, $3: lead ids. As `saveBatch`, for these leads alone. */
export const saveSome = (table: string): string => `${saveBatch(table)} AND fresh.id = ANY($3::int[])`;

/**
 * $1, $2: a range, $3: the instant. Leads that were not written though they are still there, with no fresher score:
 * their row has changed since, or, where it has not, the database passed over it without a word.
 */
export const readUnsaved = (table: string): string => `
  SELECT lead.id, lead.xmin = fresh.version AS "isUnchanged"
  FROM pg_temp.${table} AS fresh
  JOIN leads AS lead ON lead.id = fresh.id
  WHERE fresh.id > $1 AND fresh.id <= $2 
    AND (lead."scoreCalculatedAt" IS NULL OR lead."scoreCalculatedAt" < $3)
  ORDER BY lead.id`;

/** $1: lead ids. Locks those that nobody else has locked. */
export const LOCK_UNLOCKED_LEADS =
  'SELECT id FROM leads WHERE id = ANY($1::int[]) FOR NO KEY UPDATE SKIP LOCKED';

/** $1: lead ids. Those that exist. */
export const READ_EXISTING = 'SELECT id FROM leads WHERE id = ANY($1::int[]) ORDER BY id';
