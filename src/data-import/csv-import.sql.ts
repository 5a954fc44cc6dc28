/**
 * Applies to the transaction of the import only. Otherwise PostgreSQL would scan a table that was never
 * analyzed, such as a new one, once for each batch.
 */
export const PREFER_INDEXES = 'SET LOCAL enable_seqscan = off';

/** The table of the leads that an import refers to. */
export const AFFECTED_LEADS = 'pg_temp.import_affected_leads';

export const CREATE_AFFECTED_LEADS =
  'CREATE TEMP TABLE import_affected_leads (id integer PRIMARY KEY) ON COMMIT DROP';

/** $1: lead ids. */
export const ADD_AFFECTED_LEADS = `
  INSERT INTO pg_temp.import_affected_leads SELECT DISTINCT unnest($1::int[]) ON CONFLICT DO NOTHING`;

/** Updates the row count that PostgreSQL uses for planning. */
export const ANALYZE_AFFECTED_LEADS = 'ANALYZE pg_temp.import_affected_leads';

/**
 * $1, $2: the numbers of inserted leads and interactions. Returns whether they are a large share of the rows
 * that PostgreSQL knows of.
 */
export const READ_IS_ANALYSIS_DUE = `
  SELECT bool_or(added > greatest(reltuples, 0) / 10) AS "isDue"
  FROM pg_class JOIN (VALUES ('leads'::regclass, $1::int), ('interactions'::regclass, $2::int)) AS tables (id, added)
    ON pg_class.oid = tables.id`;

/**
 * Other sessions then also replan statements that they planned for smaller tables. A role without permission
 * to analyze the tables gets a warning, not an error. A table that another session is analyzing is skipped.
 */
export const ANALYZE_TABLES = 'ANALYZE (SKIP_LOCKED) leads, interactions, lead_scores';

/** $1: keys of e-mails. Other transactions cannot change the leads until this one ends. */
export const LOCK_LEADS_BY_EMAIL = `
  SELECT id, email, email_key(email) AS "emailKey", "firstName", "lastName", phone, budget::float8 AS budget, location,
    company, source, status
  FROM leads
  WHERE email_key(email) = ANY($1::text[])
  ORDER BY id
  FOR NO KEY UPDATE`;

/** $1: keys of e-mails. The leads cannot be deleted until the transaction ends. */
export const KEEP_LEADS_BY_EMAIL = `
  SELECT id, email, email_key(email) AS "emailKey"
  FROM leads
  WHERE email_key(email) = ANY($1::text[])
  ORDER BY id
  FOR KEY SHARE`;

/**
 * One array per column, one element per lead. A lead that another transaction has inserted with the same
 * e-mail in the meantime stays unchanged.
 */
export const INSERT_LEADS = `
  INSERT INTO leads (email, "firstName", "lastName", phone, budget, location, company, source, status,
    "createdAt", "updatedAt")
  SELECT email, "firstName", "lastName", phone, budget, location, company, source, status,
    date_trunc('milliseconds', now()), date_trunc('milliseconds', now())
  FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::numeric[], $6::text[], $7::text[], $8::text[], $9::text[]
  ) WITH ORDINALITY AS new (
    email, "firstName", "lastName", phone, budget, location, company, source, status, position
  )
  ORDER BY position
  ON CONFLICT (email) DO NOTHING
  RETURNING id`;

/** One array per column, one element per lead; null keeps the stored value. The leads are already locked. */
export const UPDATE_LEADS = `
  UPDATE leads AS lead
  SET "firstName" = coalesce(given."firstName", lead."firstName"),
      "lastName" = coalesce(given."lastName", lead."lastName"),
      phone = coalesce(given.phone, lead.phone),
      budget = coalesce(given.budget, lead.budget),
      location = coalesce(given.location, lead.location),
      company = coalesce(given.company, lead.company),
      source = coalesce(given.source, lead.source),
      status = coalesce(given.status, lead.status),
      "updatedAt" = date_trunc('milliseconds', now())
  FROM unnest(
    $1::int[], $2::text[], $3::text[], $4::text[], $5::numeric[], $6::text[], $7::text[], $8::text[], $9::text[]
  ) AS given (id, "firstName", "lastName", phone, budget, location, company, source, status)
  WHERE lead.id = given.id
  RETURNING lead.id`;

/** One array per column, one element per interaction. Ids follow the order of the file. */
export const INSERT_INTERACTIONS = `
  INSERT INTO interactions ("leadId", type, direction, date, notes, "createdAt", "updatedAt")
  SELECT "leadId", type::enum_interactions_type, direction::enum_interactions_direction, date::timestamptz, notes,
    date_trunc('milliseconds', now()), date_trunc('milliseconds', now())
  FROM unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY
    AS new ("leadId", type, direction, date, notes, position)
  ORDER BY position
  RETURNING id`;
