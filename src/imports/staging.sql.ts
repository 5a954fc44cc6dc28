import type { ImportedFile } from './import-report.js';

/**
 * The temporary tables of an import. Lines of the files are staged as they are, then merged with the leads and interactions.
 * A dry run stops before the merge is written.
 */

/** The columns of a staged line of leads, in the order of COPY. Null: the line does not give the value. */
const STAGED_LEAD_COLUMNS = [
  'line',
  'email',
  'writtenEmail',
  'firstName',
  'lastName',
  'phone',
  'budget',
  'location',
  'company',
  'source',
  'status',
  'externalSource',
  'externalId',
] as const;

/** An empty text in the four columns that name the lead: the line does not give the value. */
const STAGED_INTERACTION_COLUMNS = [
  'line',
  'email',
  'writtenEmail',
  'leadSource',
  'leadExternalId',
  'type',
  'direction',
  'date',
  'notes',
  'externalSource',
  'externalId',
  'occurrence',
  'recordedAt',
] as const;

/** An empty text in the four columns that name the lead: the line does not give the value. */
const STAGED_CHANGE_COLUMNS = [
  'line',
  'email',
  'writtenEmail',
  'leadSource',
  'leadExternalId',
  'status',
  'statusBefore',
  'isCreation',
  'budget',
  'effectiveAt',
  'recordedAt',
] as const;

export const CREATE_STAGING = `
  CREATE TEMP TABLE import_leads (
    line integer, email text, "writtenEmail" text, "firstName" text, "lastName" text, phone text, budget numeric(10, 2),
    location text, company text, source text, status text, "externalSource" text, "externalId" text
  ) ON COMMIT DROP;
  CREATE TEMP TABLE import_interactions (
    line integer, email text, "writtenEmail" text, "leadSource" text, "leadExternalId" text, type enum_interactions_type,
    direction enum_interactions_direction, date timestamptz, notes text, "externalSource" text, "externalId" text,
    occurrence integer, "recordedAt" timestamptz
  ) ON COMMIT DROP;
  CREATE TEMP TABLE import_lead_changes (
    line integer, email text, "writtenEmail" text, "leadSource" text, "leadExternalId" text, status text,
    "statusBefore" text, "isCreation" boolean, budget numeric(10, 2), "effectiveAt" timestamptz, "recordedAt" timestamptz
  ) ON COMMIT DROP;
  CREATE TEMP TABLE import_rejections (file text, line integer, violations jsonb) ON COMMIT DROP`;

const copyTo = (table: string, columns: readonly string[]): string =>
  `COPY pg_temp.${table} (${columns.map((column) => `"${column}"`).join(', ')}) FROM STDIN`;

/** `import_changes` is a table of its own, which has the values of before an import. */
const STAGED_TABLES = {
  leads: 'import_leads',
  interactions: 'import_interactions',
  changes: 'import_lead_changes',
} as const;

export const COPY: Readonly<Record<ImportedFile, string>> = {
  leads: copyTo(STAGED_TABLES.leads, STAGED_LEAD_COLUMNS),
  interactions: copyTo(STAGED_TABLES.interactions, STAGED_INTERACTION_COLUMNS),
  changes: copyTo(STAGED_TABLES.changes, STAGED_CHANGE_COLUMNS),
};
export const COPY_REJECTIONS = copyTo('import_rejections', ['file', 'line', 'violations']);

/** Before a file is read again. */
export const emptyStaging = (file: ImportedFile): string =>
  `TRUNCATE pg_temp.${STAGED_TABLES[file]}; DELETE FROM pg_temp.import_rejections WHERE file = '${file}'`;

/** The planner knows nothing of a new temporary table. The sorts and hashes of a merge are large. */
export const PREPARE_MERGE = `
  ANALYZE pg_temp.import_leads, pg_temp.import_interactions, pg_temp.import_lead_changes;
  SET LOCAL work_mem = '64MB'`;
