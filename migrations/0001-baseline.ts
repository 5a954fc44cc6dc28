import { type MigrationContext, MigrationPreconditionError } from '../src/database/migration.js';

/** The columns of tables that an earlier version of the application created by model sync. */
const COLUMNS = {
  leads: [
    'id',
    'firstName',
    'lastName',
    'email',
    'phone',
    'budget',
    'location',
    'company',
    'source',
    'status',
    'summary',
    'summaryGeneratedAt',
    'activityScore',
    'createdAt',
    'updatedAt',
  ],
  interactions: ['id', 'type', 'date', 'notes', 'leadId', 'createdAt'],
} as const;

type Table = keyof typeof COLUMNS;

/** Creates the tables of the earlier version, or adopts existing ones without changing a row. */
export async function up(context: MigrationContext): Promise<void> {
  if (!(await adopt(context, 'leads'))) {
    await context.run(`
      CREATE TABLE leads (
        id serial PRIMARY KEY,
        "firstName" varchar(255) NOT NULL,
        "lastName" varchar(255) NOT NULL,
        email varchar(255) NOT NULL CONSTRAINT leads_email_key UNIQUE,
        phone varchar(255),
        budget numeric(10,2),
        location varchar(255),
        company varchar(255),
        source varchar(255),
        status varchar(255) NOT NULL DEFAULT 'new',
        summary text,
        "summaryGeneratedAt" timestamptz,
        "activityScore" integer,
        "createdAt" timestamptz NOT NULL,
        "updatedAt" timestamptz NOT NULL
      )`);
  }
  if (!(await adopt(context, 'interactions'))) {
    if (!(await exists(context, `SELECT 1 FROM pg_type WHERE oid = to_regtype('enum_interactions_type')`))) {
      await context.run(`CREATE TYPE enum_interactions_type AS ENUM ('call', 'email', 'meeting')`);
    }
    await context.run(`
      CREATE TABLE interactions (
        id serial PRIMARY KEY,
        type enum_interactions_type NOT NULL,
        date timestamptz NOT NULL,
        notes text,
        "leadId" integer NOT NULL
          CONSTRAINT "interactions_leadId_fkey" REFERENCES leads (id) ON UPDATE CASCADE ON DELETE CASCADE,
        "createdAt" timestamptz NOT NULL
      )`);
  }
}

export async function down(context: MigrationContext): Promise<void> {
  if (await exists(context, 'SELECT 1 FROM leads UNION ALL SELECT 1 FROM interactions')) {
    throw new MigrationPreconditionError(
      'undoing it would drop leads and interactions, and they hold rows; drop the tables by hand if that is what you want.',
    );
  }
  await context.run(`
    DROP TABLE interactions;
    DROP TABLE leads;
    DROP TYPE enum_interactions_type`);
}

/** Whether the table exists. @throws MigrationPreconditionError if its columns are not the expected ones */
async function adopt(context: MigrationContext, table: Table): Promise<boolean> {
  const columns = await context.rows<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute
     WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
    [table],
  );
  if (columns.length === 0) return false;
  const found = new Set(columns.map(({ name }) => name));
  const missing = COLUMNS[table].filter((column) => !found.has(column));
  if (missing.length > 0) {
    throw new MigrationPreconditionError(
      `there is a table ${table} that an earlier version of this application cannot have made: it lacks ${missing.join(', ')}.`,
    );
  }
  return true;
}

async function exists(context: MigrationContext, query: string): Promise<boolean> {
  const [row] = await context.rows<{ found: boolean }>(`SELECT EXISTS (${query}) AS found`);
  return row?.found === true;
}
