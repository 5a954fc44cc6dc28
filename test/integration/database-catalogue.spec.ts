import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Connection } from '../support/connection.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const isOurs = (catalog: string): string => `NOT EXISTS (
  SELECT FROM pg_depend WHERE classid = '${catalog}'::regclass AND objid = ${catalog}.oid AND deptype = 'e')`;

/** The sections of docs/database.md, each with the query that reads its objects from the catalogs. */
const SECTIONS = {
  Tables: `SELECT relname AS name FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') AND ${isOurs('pg_class')}`,
  Indexes: `SELECT relname AS name FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('i', 'I') AND ${isOurs('pg_class')}`,
  Triggers: `SELECT tgname AS name FROM pg_trigger
    WHERE NOT tgisinternal AND ${isOurs('pg_trigger')}
      AND tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)`,
  Functions: `SELECT proname AS name FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND ${isOurs('pg_proc')}`,
  'Enum types': `SELECT typname AS name FROM pg_type
    WHERE typnamespace = 'public'::regnamespace AND typtype = 'e' AND ${isOurs('pg_type')}`,
} as const;

type Section = keyof typeof SECTIONS;
const SECTION_NAMES = Object.keys(SECTIONS) as Section[];

const COLUMNS = `SELECT DISTINCT attname AS name FROM pg_attribute
  WHERE attnum > 0 AND NOT attisdropped
    AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p'))`;

/** Starts a command for operators, which is not a name in the database. */
const COMMAND_PREFIX = 'pnpm ';

const DOCUMENT = readFileSync(new URL('../../docs/database.md', import.meta.url), 'utf8');

/** The cells of each table row in the document, without header rows. */
function rowsOf(text: string): string[][] {
  return [...text.matchAll(/^\|(.*)\|$/gm)]
    .map(([, row = '']) => row.split('|').map((cell) => cell.trim()))
    .filter(([first = '']) => first.startsWith('`'));
}

const namesIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

const sectionOf = (section: Section): string =>
  DOCUMENT.split(/^## /m).find((text) => text.startsWith(`${section}\n`)) ?? '';

let database: TestDatabase;
let connection: Connection;

beforeAll(async () => {
  database = await createTestDatabase();
  connection = await connect(database.url);
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

async function readNames(statement: string): Promise<string[]> {
  const rows = await connection.rows<{ name: string }>(statement);
  return rows.map(({ name }) => name).sort();
}

describe('docs/database.md', () => {
  it.each(SECTION_NAMES)('lists each database object once: %s', async (section) => {
    const documented = rowsOf(sectionOf(section)).flatMap(([first = '']) => namesIn(first));

    const existing = await readNames(SECTIONS[section]);

    expect(existing).not.toEqual([]);
    expect(documented.sort()).toEqual(existing);
  });

  it('mentions only existing objects and columns in its tables', async () => {
    const existing = new Set<string>();
    for (const statement of [...Object.values(SECTIONS), COLUMNS]) {
      for (const name of await readNames(statement)) existing.add(name);
    }

    const mentioned = rowsOf(DOCUMENT).flatMap((cells) => cells.flatMap(namesIn));

    expect(mentioned.filter((name) => !existing.has(name) && !name.startsWith(COMMAND_PREFIX))).toEqual([]);
  });
});
