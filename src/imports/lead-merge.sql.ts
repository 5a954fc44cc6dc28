import { DEFAULT_LEAD_STATUS } from '../leads/lead-status.js';
import { formerValues, KEPT_COLUMNS, LEAD_VALUES } from './value-columns.js';

/**
 * Finds the lead of every staged line, and plans how each lead changes. The rules look at the file as a whole:
 *
 * 1. A line means the lead with its external id, else the lead with its e-mail. If neither exists, lines with the same external
 *    id, or without one but with the same e-mail, mean one new lead.
 * 2. Lines that contradict a lead or each other are rejected.
 * 3. If several lines mean one lead, the later value of each column wins.
 */

/** The reasons why a line of leads is rejected, with the field that the reason is about. */
const REASONS = {
  spellings: `'email', count || ' leads share this e-mail in different spellings'`,
  taken: `'email', 'another lead has this e-mail'`,
  otherId: `'externalId', 'the lead with this e-mail has another external id of the same source'`,
} as const;

const isReason = (condition: string, reason: string): string =>
  `WHEN ${condition} THEN jsonb_build_object('field', ${reason.slice(0, reason.indexOf(','))}, 'message', ${reason.slice(reason.indexOf(',') + 1)})`;

/**
 * The leads that lines mean. An adopted database may have several leads with one e-mail in different spellings; the line
 * then means the one that is spelled in the same way.
 */
export const MATCH_LEADS = `
  CREATE TEMP TABLE import_lead_matches ON COMMIT DROP AS
  WITH by_email AS (
    SELECT given.email, given."writtenEmail", count(*)::int AS count,
      CASE WHEN count(*) = 1 THEN min(lead.id)
        ELSE min(lead.id) FILTER (WHERE lead.email = given."writtenEmail") END AS id
    FROM (SELECT DISTINCT email, "writtenEmail" FROM pg_temp.import_leads WHERE email IS NOT NULL) AS given
    JOIN leads AS lead ON email_key(lead.email) = given.email
    GROUP BY given.email, given."writtenEmail"
  ), matched AS (
    SELECT line.line, line.email, line."externalSource", line."externalId", by_id.id AS "idById", by_email.id AS "idByEmail",
      by_email.count,
      namesake."externalSource" = line."externalSource" AND namesake."externalId" <> line."externalId" AS "hasOtherId"
    FROM pg_temp.import_leads AS line
    LEFT JOIN leads AS by_id
      ON by_id."externalSource" = line."externalSource" AND by_id."externalId" = line."externalId"
      AND by_id."externalId" IS NOT NULL
    LEFT JOIN by_email ON by_email.email = line.email AND by_email."writtenEmail" = line."writtenEmail"
    LEFT JOIN leads AS namesake ON namesake.id = by_email.id
  )
  SELECT line, email, "externalSource", "externalId", coalesce("idById", "idByEmail") AS "leadId",
    "idByEmail" IS NOT NULL AS "isEmailOfLead",
    CASE
      ${isReason('count > 1 AND "idByEmail" IS NULL', REASONS.spellings)}
      ${isReason('"idById" <> "idByEmail"', REASONS.taken)}
      ${isReason('"idById" IS NULL AND "hasOtherId"', REASONS.otherId)}
    END AS reason
  FROM matched;
  ANALYZE pg_temp.import_lead_matches`;

/** Locks the leads in the order of their ids, so that two imports or other writers do not deadlock. */
export const LOCK_MATCHED_LEADS = `
  SELECT count(*) FROM (
    SELECT FROM leads
    WHERE id IN (SELECT "leadId" FROM pg_temp.import_lead_matches WHERE reason IS NULL)
    ORDER BY id FOR NO KEY UPDATE
  ) AS locked`;

/**
 * Whether another transaction has removed a matched lead, or changed its e-mail or external id, before it was locked. The lines
 * must then be matched again. Otherwise the import would write the former e-mail back.
 */
export const READ_IS_OUTDATED = `
  SELECT EXISTS (
    SELECT FROM pg_temp.import_lead_matches AS given LEFT JOIN leads AS lead ON lead.id = given."leadId"
    WHERE given.reason IS NULL AND given."leadId" IS NOT NULL
      AND coalesce(email_key(lead.email) = given.email, false) = false
      AND coalesce((lead."externalSource", lead."externalId") = (given."externalSource", given."externalId"), false) = false
  ) AS "isOutdated"`;

export const DROP_MATCHES = 'DROP TABLE pg_temp.import_lead_matches';

/**
 * Groups the lines that mean one lead. The key of a group is the lead, else the external id, else the e-mail. A line with an
 * e-mail alone joins the first line that has the e-mail and more, and a line with an external id alone the lead that another line
 * with this id means.
 */
export const GROUP_LEADS = `
  CREATE TEMP TABLE import_lead_lines ON COMMIT DROP AS
  WITH known AS (
    SELECT DISTINCT ON ("externalSource", "externalId") "externalSource", "externalId", "leadId"
    FROM pg_temp.import_lead_matches
    WHERE reason IS NULL AND "leadId" IS NOT NULL AND "externalId" IS NOT NULL
    ORDER BY "externalSource", "externalId", line
  ), placed AS (
    SELECT line, email, coalesce(given."leadId", known."leadId") AS "leadId", "isEmailOfLead", "externalSource", "externalId"
    FROM pg_temp.import_lead_matches AS given LEFT JOIN known USING ("externalSource", "externalId")
    WHERE reason IS NULL
  ), keyed AS (
    SELECT *,
      CASE WHEN "leadId" IS NOT NULL THEN 'lead:' || "leadId"
        WHEN "externalId" IS NOT NULL THEN 'id:' || "externalSource" || ':' || "externalId" END AS key
    FROM placed
  ), named AS (
    SELECT DISTINCT ON (email) email, key, "leadId" FROM keyed WHERE key IS NOT NULL AND email IS NOT NULL ORDER BY email, line
  )
  SELECT keyed.line, keyed.email, coalesce(keyed."leadId", named."leadId") AS "leadId", keyed."isEmailOfLead",
    keyed."externalSource", keyed."externalId",
    coalesce(keyed.key, named.key, 'email:' || keyed.email) AS key, NULL::jsonb AS reason
  FROM keyed LEFT JOIN named ON keyed.key IS NULL AND named.email = keyed.email;
  ANALYZE pg_temp.import_lead_lines`;

/**
 * Rejects the later one of two groups that claim one e-mail, and a second external id for one lead. Leads of an adopted database
 * that share an e-mail in different spellings claim nothing.
 */
export const REJECT_CONFLICTS = `
  WITH emails AS (
    SELECT DISTINCT ON (email) email, key FROM pg_temp.import_lead_lines WHERE email IS NOT NULL ORDER BY email, line
  ), ids AS (
    SELECT DISTINCT ON (key, "externalSource") key, "externalSource", "externalId"
    FROM pg_temp.import_lead_lines WHERE "externalId" IS NOT NULL ORDER BY key, "externalSource", line
  )
  UPDATE pg_temp.import_lead_lines AS line
  SET reason = CASE WHEN emails.key <> line.key AND NOT line."isEmailOfLead"
    THEN jsonb_build_object('field', 'email', 'message', 'an earlier line has this e-mail with another external id')
    ELSE jsonb_build_object('field', 'externalId', 'message', 'an earlier line has this e-mail with another external id') END
  FROM pg_temp.import_lead_lines AS same
  LEFT JOIN emails ON emails.email = same.email
  LEFT JOIN ids ON ids.key = same.key AND ids."externalSource" = same."externalSource"
  WHERE line.line = same.line
    AND ((emails.key <> same.key AND NOT same."isEmailOfLead") OR ids."externalId" <> same."externalId")`;

const latest = (column: string): string =>
  `(array_agg(given."${column}" ORDER BY given.line DESC) FILTER (WHERE given."${column}" IS NOT NULL))[1] AS "${column}"`;

/** A value that a file does not give stays as it is. Another spelling of the same e-mail or status is no change. */
const isChange = [
  ...LEAD_VALUES.filter((column) => column !== 'email' && column !== 'status').map(
    (column) => `final."${column}" IS DISTINCT FROM lead."${column}" AND final."${column}" IS NOT NULL`,
  ),
  'final.email <> email_key(lead.email)',
  `final.status <> label_key(coalesce(lead.status, '${DEFAULT_LEAD_STATUS}'))`,
  'lead."externalId" IS NULL AND final."externalId" IS NOT NULL',
].join(' OR ');

/**
 * Plans one action for each lead: `insert`, `update`, `unchanged`, or `reject` for a new lead without a required value. If the
 * database rejects the row, the action becomes `fail`. A new lead has a negative id until it is inserted. A lead keeps its
 * external id.
 */
export const PLAN_LEADS = `
  CREATE TEMP TABLE import_lead_plan ON COMMIT DROP AS
  WITH final AS (
    SELECT line.key, min(line."leadId") AS "leadId", min(line.line) AS "firstLine", max(line.line) AS "lastLine",
      ${LEAD_VALUES.map(latest).join(',\n      ')},
      (array_agg(line."externalSource" ORDER BY given.line) FILTER (WHERE line."externalId" IS NOT NULL))[1] AS "externalSource",
      (array_agg(line."externalId" ORDER BY given.line) FILTER (WHERE line."externalId" IS NOT NULL))[1] AS "externalId"
    FROM pg_temp.import_lead_lines AS line JOIN pg_temp.import_leads AS given ON given.line = line.line
    WHERE line.reason IS NULL
    GROUP BY line.key
  )
  SELECT row_number() OVER (ORDER BY final."firstLine")::int AS position, final.key,
    coalesce(final."leadId", -row_number() OVER (ORDER BY final."firstLine")::int) AS "leadId",
    CASE WHEN lead.id IS NOT NULL THEN CASE WHEN ${isChange} THEN 'update' ELSE 'unchanged' END
      WHEN final.email IS NULL OR final."firstName" IS NULL OR final."lastName" IS NULL THEN 'reject'
      ELSE 'insert' END AS action,
    final."firstLine", final."lastLine", ${LEAD_VALUES.map((column) => `final."${column}"`).join(', ')},
    final."externalSource", final."externalId"
  FROM final LEFT JOIN leads AS lead ON lead.id = final."leadId";
  CREATE INDEX ON pg_temp.import_lead_plan (position);
  ANALYZE pg_temp.import_lead_plan`;

/** Rejected lines of all kinds. A line is named with all that is wrong with it. */
export const COLLECT_LEAD_REJECTIONS = `
  INSERT INTO pg_temp.import_rejections (file, line, violations)
  SELECT 'leads', line, jsonb_build_array(reason || jsonb_build_object(
      'value', CASE reason->>'field' WHEN 'email' THEN email ELSE "externalId" END))
  FROM (
    SELECT line, reason, email, "externalId" FROM pg_temp.import_lead_matches WHERE reason IS NOT NULL
    UNION ALL
    SELECT line, reason, email, "externalId" FROM pg_temp.import_lead_lines WHERE reason IS NOT NULL
  ) AS rejected
  UNION ALL
  SELECT 'leads', line.line, (
    SELECT jsonb_agg(jsonb_build_object('field', field,
        'message', field || ' must not be empty for a new lead', 'value', NULL))
    FROM (VALUES ('email', plan.email), ('firstName', plan."firstName"), ('lastName', plan."lastName")) AS needed (field, value)
    WHERE value IS NULL
  )
  FROM pg_temp.import_lead_plan AS plan JOIN pg_temp.import_lead_lines AS line USING (key)
  WHERE plan.action = 'reject' AND line.reason IS NULL`;

const inRange = 'position > $1 AND position <= $2';

/** The number of rows that a range has to write. $1, $2: the range of positions. */
const requested = (action: string): string =>
  `(SELECT count(*) FROM pg_temp.import_lead_plan WHERE ${inRange} AND action = '${action}')::int AS requested`;

/** $1, $2: the range of positions, $3: the id of the import. Returns the numbers of written and requested rows. */
export const INSERT_LEADS = `
  WITH inserted AS (
    INSERT INTO leads (${LEAD_VALUES.map((column) => `"${column}"`).join(', ')}, "externalSource", "externalId", "importId",
      "createdAt", "updatedAt")
    SELECT ${LEAD_VALUES.map((column) => (column === 'status' ? `coalesce(status, '${DEFAULT_LEAD_STATUS}')` : `"${column}"`)).join(', ')},
      "externalSource", "externalId", $3, date_trunc('milliseconds', now()), date_trunc('milliseconds', now())
    FROM pg_temp.import_lead_plan
    WHERE ${inRange} AND action = 'insert'
    ORDER BY position
    ON CONFLICT DO NOTHING
    RETURNING id, email
  ), numbered AS (
    UPDATE pg_temp.import_lead_plan AS plan SET "leadId" = inserted.id
    FROM inserted WHERE plan.email = inserted.email AND plan.position > $1 AND plan.position <= $2 AND plan.action = 'insert'
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM numbered)::int AS written, ${requested('insert')}`;

/** $1, $2: the range of positions, $3: the id of the import. Keeps the values of before for an undo. */
export const UPDATE_LEADS = `
  WITH before AS (
    INSERT INTO import_changes ("importId", "leadId", before)
    SELECT $3, lead.id, ${formerValues(KEPT_COLUMNS.leads, 'lead')}
    FROM pg_temp.import_lead_plan AS plan JOIN leads AS lead ON lead.id = plan."leadId"
    WHERE ${inRange} AND action = 'update'
  ), updated AS (
    UPDATE leads AS lead
    SET ${LEAD_VALUES.map((column) =>
      column === 'email'
        ? 'email = CASE WHEN plan.email <> email_key(lead.email) THEN plan.email ELSE lead.email END'
        : `"${column}" = coalesce(plan."${column}", lead."${column}")`,
    ).join(',\n      ')},
      "externalSource" = coalesce(lead."externalSource", plan."externalSource"),
      "externalId" = coalesce(lead."externalId", plan."externalId"),
      "importId" = $3, "isChangedSinceImport" = false, "updatedAt" = date_trunc('milliseconds', now())
    FROM pg_temp.import_lead_plan AS plan
    WHERE lead.id = plan."leadId" AND ${inRange} AND action = 'update'
    RETURNING lead.id
  )
  SELECT (SELECT count(*) FROM updated)::int AS written, ${requested('update')}`;

/** $1: the position of a lead that the database rejects, $2: the reason. */
export const REJECT_LEAD = `
  WITH rejected AS (
    UPDATE pg_temp.import_lead_plan SET action = 'fail' WHERE position = $1 RETURNING key
  )
  INSERT INTO pg_temp.import_rejections (file, line, violations)
  SELECT 'leads', line, jsonb_build_array(jsonb_build_object('field', NULL, 'message', $2::text, 'value', NULL))
  FROM rejected JOIN pg_temp.import_lead_lines USING (key) WHERE reason IS NULL`;

/** The number and the first lines whose external id is ignored, because the lead has one of another system. $1: the number of first lines. */
export const COUNT_IGNORED_IDS = `
  SELECT count(*)::int AS count, (array_agg(line.line ORDER BY line.line))[1:$1] AS lines
  FROM pg_temp.import_lead_lines AS line
  JOIN pg_temp.import_lead_plan AS plan USING (key)
  JOIN leads AS lead ON lead.id = plan."leadId"
  WHERE line.reason IS NULL AND plan.action NOT IN ('reject', 'fail')
    AND lead."externalSource" <> line."externalSource"`;

/**
 * The number and the first lines of each outcome. If several lines mean one lead, all but the last are duplicates.
 * $1: the number of first lines.
 */
export const COUNT_LEADS = `
  WITH counted AS (
    SELECT line.line, CASE WHEN line.line = plan."lastLine" THEN plan.action ELSE 'duplicate' END AS action
    FROM pg_temp.import_lead_lines AS line JOIN pg_temp.import_lead_plan AS plan USING (key)
    WHERE line.reason IS NULL AND plan.action NOT IN ('reject', 'fail')
  )
  SELECT action, count(*)::int AS count, (array_agg(line ORDER BY line))[1:$1] AS lines FROM counted GROUP BY action`;
