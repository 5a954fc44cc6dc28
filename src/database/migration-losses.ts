import type pg from 'pg';
import { OperatorError } from '../common/operator-error.js';
import { QUEUE_SCHEMA } from './job-queue.js';

interface Relation {
  readonly oid: string;
  /** The SQL identifier, with the schema if it is not in the search path. */
  readonly name: string;
  readonly isView: boolean;
  /** Column names by position; null: there are no columns. */
  readonly columns: Readonly<Record<string, string>> | null;
}

interface Contents {
  readonly relations: readonly Relation[];
  readonly extensions: readonly string[];
}

/** For each table, the condition of the rows that migrations insert: losing them is no loss. */
export type OwnRows = Readonly<Record<string, string>>;

/** Excludes the tables that record applied migrations. */
const READ_RELATIONS = `
  SELECT c.oid::text AS oid, c.oid::regclass::text AS name, c.relkind = 'v' AS "isView",
    (SELECT jsonb_object_agg(attnum, quote_ident(attname)) FROM pg_attribute
     WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'm', 'v') AND n.nspname !~ '^(pg_|information_schema$)'
    AND c.relname <> 'SequelizeMeta' AND NOT (n.nspname = '${QUEUE_SCHEMA}' AND c.relname IN ('migrations', 'jobs'))
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND classid = 'pg_class'::regclass AND deptype = 'e')
  ORDER BY name`;

/**
 * Finds the rows and values that a schema change would lose. It applies the change in a transaction, compares
 * the catalogs and rolls back. So it works for every migration, without a list to maintain.
 * @throws the error of the change; OperatorError if it would drop an extension
 */
export async function findLosses(
  client: pg.Client,
  ownRows: OwnRows,
  change: () => Promise<void>,
): Promise<string[]> {
  await client.query('BEGIN');
  let before: Contents;
  let after: Contents;
  try {
    before = await readContents(client);
    await change();
    after = await readContents(client);
  } finally {
    // If the connection is lost, PostgreSQL rolls back by itself, and this statement fails as well.
    await client.query('ROLLBACK').catch(() => undefined);
  }
  const dropped = before.extensions.filter((name) => !after.extensions.includes(name));
  if (dropped.length > 0) {
    throw new OperatorError(
      `Undoing it would drop the extension ${dropped.join(', ')}, which other programs may use. Nothing was undone.`,
    );
  }
  // Counted after the rollback: a long count must not extend the locks of the change.
  const remaining = new Map(after.relations.map((table) => [table.oid, table]));
  return countLosses(client, before.relations, remaining, ownRows);
}

async function readContents(client: pg.Client): Promise<Contents> {
  const { rows: relations } = await client.query<Relation>(READ_RELATIONS);
  const { rows } = await client.query<{ name: string }>('SELECT extname::text AS name FROM pg_extension');
  return { relations, extensions: rows.map(({ name }) => name) };
}

async function countLosses(
  client: pg.Client,
  before: readonly Relation[],
  after: ReadonlyMap<string, Relation>,
  ownRows: OwnRows,
): Promise<string[]> {
  const losses: string[] = [];
  for (const { oid, name, isView, columns } of before) {
    const rest = after.get(oid);
    if (rest === undefined && isView) losses.push(`the view ${name}`);
    else if (rest === undefined) {
      const own = ownRows[name] ?? 'false';
      const count = await countOf(client, `count(*) FILTER (WHERE NOT (${own}))`, name);
      if (count > 0) losses.push(`the table ${name} with ${plural(count, 'row')}`);
    } else if (!isView) {
      for (const [position, column] of Object.entries(columns ?? {})) {
        if (rest.columns?.[position] !== undefined) continue;
        const count = await countOf(client, `count(${column})`, name);
        if (count > 0) losses.push(`the column ${name}.${column} with ${plural(count, 'value')}`);
      }
    }
  }
  return losses;
}

async function countOf(client: pg.Client, expression: string, table: string): Promise<number> {
  const { rows } = await client.query<{ count: string }>(`SELECT ${expression} AS count FROM ${table}`);
  return Number(rows[0]?.count);
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
