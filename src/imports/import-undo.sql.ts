import { KEPT_COLUMNS } from './value-columns.js';

/**
 * Undoes an import: removes the rows that it inserted, and restores those that it changed. Rows that have changed since are left
 * alone. $1 is the id of the import in all statements.
 */

/** Whether a row still has the values that the import wrote. */
const isUntouched = (row: string): string => `${row}."importId" = $1 AND NOT ${row}."isChangedSinceImport"`;

/** Every lead that the undo may change, and those whose interactions it may change. */
export const CREATE_UNDO = `
  CREATE TEMP TABLE import_kept (
    "leadId" integer NOT NULL, "interactionId" integer, reason text NOT NULL
  ) ON COMMIT DROP;
  CREATE TEMP TABLE import_restored (id integer PRIMARY KEY, before jsonb NOT NULL) ON COMMIT DROP;
  CREATE TEMP TABLE import_affected_leads (id integer PRIMARY KEY) ON COMMIT DROP`;

export const FIND_AFFECTED = `
  INSERT INTO pg_temp.import_affected_leads
  SELECT id FROM leads WHERE "importId" = $1
  UNION SELECT "leadId" FROM interactions WHERE "importId" = $1
  UNION SELECT "leadId" FROM import_changes WHERE "importId" = $1
  UNION SELECT (before->>'leadId')::int FROM import_changes WHERE "importId" = $1 AND "interactionId" IS NOT NULL`;

/** Every other writer of an interaction locks its lead first. */
export const LOCK_AFFECTED = `
  SELECT count(*) FROM (
    SELECT FROM leads WHERE id IN (SELECT id FROM pg_temp.import_affected_leads) ORDER BY id FOR UPDATE
  ) AS locked`;

/**
 * Names the rows of the import that have changed since: by another program, or by a later import, whose record has the values that
 * this import wrote.
 */
export const KEEP_CHANGED = `
  INSERT INTO pg_temp.import_kept
  SELECT DISTINCT lead.id, NULL::int, CASE WHEN lead."importId" = $1 THEN 'The lead has changed since the import.'
    ELSE 'A later import has changed the lead.' END
  FROM leads AS lead
  WHERE (lead."importId" = $1 AND lead."isChangedSinceImport")
    OR (lead."importId" IS DISTINCT FROM $1 AND lead.id IN (
      SELECT "leadId" FROM import_changes
      WHERE "interactionId" IS NULL AND ("importId" = $1 OR (before->>'importId')::int = $1)))
  UNION ALL
  SELECT DISTINCT interaction."leadId", interaction.id, CASE WHEN interaction."importId" = $1
    THEN 'The interaction has changed since the import.' ELSE 'A later import has changed the interaction.' END
  FROM interactions AS interaction
  WHERE (interaction."importId" = $1 AND interaction."isChangedSinceImport")
    OR (interaction."importId" IS DISTINCT FROM $1 AND interaction.id IN (
      SELECT "interactionId" FROM import_changes
      WHERE "interactionId" IS NOT NULL AND ("importId" = $1 OR (before->>'importId')::int = $1)))`;

const restored = (columns: readonly string[]): string =>
  columns.map((column) => `"${column}" = before."${column}"`).join(', ');

/** The values before the import. A lead that was deleted since takes its interactions with it. */
export const RESTORE_INTERACTIONS = `
  WITH restored AS (
    UPDATE interactions AS interaction
    SET ${restored(KEPT_COLUMNS.interactions)}, "updatedAt" = date_trunc('milliseconds', now())
    FROM import_changes AS change, jsonb_populate_record(NULL::interactions, change.before) AS before
    WHERE change."importId" = $1 AND change."interactionId" = interaction.id AND ${isUntouched('interaction')}
      AND EXISTS (SELECT FROM leads WHERE id = before."leadId")
    RETURNING interaction.id
  )
  SELECT count(*)::int AS count FROM restored`;

const IS_INSERTED = `${isUntouched('interaction')}
      AND NOT EXISTS (SELECT FROM import_changes WHERE "importId" = $1 AND "interactionId" = interaction.id)`;

/**
 * The last version of a removed interaction stays. It was known from the import on, and not from the recorded time of the file:
 * otherwise past times would know it after the undo, and twice after another import of the file.
 */
export const FORGET_RECORDED_TIMES = `
  UPDATE interactions AS interaction SET "recordedAt" = "createdAt"
  WHERE "recordedAt" < "createdAt" AND ${IS_INSERTED}`;

export const REMOVE_INTERACTIONS = `
  WITH removed AS (
    DELETE FROM interactions AS interaction
    WHERE ${IS_INSERTED}
    RETURNING id
  )
  SELECT count(*)::int AS count FROM removed`;

/** The history of leads is append-only, except for imported rows. */
export const REMOVE_CHANGES = `
  WITH removed AS (DELETE FROM lead_changes WHERE "importId" = $1 RETURNING id)
  SELECT count(*)::int AS count FROM removed`;

/** The leads that have values to restore. */
export const FIND_RESTORED = `
  INSERT INTO pg_temp.import_restored
  SELECT lead.id, change.before
  FROM leads AS lead JOIN import_changes AS change ON change."leadId" = lead.id
  WHERE change."importId" = $1 AND change."interactionId" IS NULL AND ${isUntouched('lead')}`;

/**
 * A lead whose former e-mail or external id another lead has now keeps its values, unless the other lead is restored, too. The
 * statement is repeated until it finds no more leads.
 */
export const KEEP_TAKEN = `
  WITH former AS (
    SELECT restored.id, before.email, before."externalSource", before."externalId"
    FROM pg_temp.import_restored AS restored, jsonb_populate_record(NULL::leads, restored.before) AS before
  ), taken AS (
    DELETE FROM pg_temp.import_restored WHERE id IN (
      SELECT former.id FROM former JOIN leads AS other ON email_key(other.email) = email_key(former.email)
      WHERE other.id <> former.id AND other.id NOT IN (SELECT id FROM pg_temp.import_restored)
      UNION
      SELECT former.id FROM former JOIN leads AS other USING ("externalSource", "externalId")
      WHERE other.id <> former.id AND other.id NOT IN (SELECT id FROM pg_temp.import_restored)
    )
    RETURNING id
  ), named AS (
    INSERT INTO pg_temp.import_kept SELECT id, NULL, 'Another lead has the former e-mail or external id.' FROM taken
  )
  SELECT count(*)::int AS count FROM taken`;

/** Two leads may exchange an e-mail or an external id, so both give it up first. */
export const RELEASE_KEYS = `
  UPDATE leads AS lead
  SET email = 'undo-' || lead.id || '@lead.invalid', "externalSource" = NULL, "externalId" = NULL, "importId" = NULL
  FROM pg_temp.import_restored AS restored, jsonb_populate_record(NULL::leads, restored.before) AS before
  WHERE lead.id = restored.id AND (lead.email, lead."externalSource", lead."externalId")
    IS DISTINCT FROM (before.email, before."externalSource", before."externalId")`;

export const RESTORE_LEADS = `
  WITH written AS (
    UPDATE leads AS lead
    SET ${restored(KEPT_COLUMNS.leads)}, "updatedAt" = date_trunc('milliseconds', now())
    FROM pg_temp.import_restored AS restored, jsonb_populate_record(NULL::leads, restored.before) AS before
    WHERE lead.id = restored.id
    RETURNING lead.id
  )
  SELECT count(*)::int AS count FROM written`;

/** A lead with interactions that the import did not insert has been worked on since. */
const INSERTED = `
  SELECT lead.id, EXISTS (SELECT FROM interactions WHERE "leadId" = lead.id) AS "hasInteractions"
  FROM leads AS lead
  WHERE ${isUntouched('lead')}
    AND NOT EXISTS (
      SELECT FROM import_changes WHERE "importId" = $1 AND "interactionId" IS NULL AND "leadId" = lead.id
    )`;

export const KEEP_CONTACTED = `
  INSERT INTO pg_temp.import_kept
  SELECT id, NULL, 'The lead has interactions that this undo does not remove.' FROM (${INSERTED}) AS inserted
  WHERE "hasInteractions"`;

export const REMOVE_LEADS = `
  WITH removed AS (
    DELETE FROM leads WHERE id IN (SELECT id FROM (${INSERTED}) AS inserted WHERE NOT "hasInteractions")
    RETURNING id
  )
  SELECT count(*)::int AS count FROM removed`;

/** An import is undone once, so its former values are of no more use. They are personal data. */
export const FORGET_CHANGES = 'DELETE FROM import_changes WHERE "importId" = $1';

export const REMOVE_UNAFFECTED = `
  DELETE FROM pg_temp.import_affected_leads AS affected
  WHERE NOT EXISTS (SELECT FROM leads WHERE leads.id = affected.id)`;

/** $1: the number of rows to name. */
export const READ_KEPT = `
  SELECT count(*) OVER ()::int AS count, "leadId", "interactionId", reason
  FROM pg_temp.import_kept ORDER BY "leadId", "interactionId" NULLS FIRST LIMIT $1`;
