import { DEFAULT_LEAD_STATUS } from '../leads/lead-status.js';
import { collectUnknownLeads, LEAD_NAME, lockTargets, matchTargets } from './lead-targets.sql.js';

/**
 * Finds the lead of every staged line of changes, and plans the rows of `lead_changes`, which is append-only:
 *
 * 1. A line that a stored change or an earlier line has already, with the same time and the values that the line gives, adds
 *    nothing.
 * 2. The latest change of a lead that a trigger recorded stays the latest one, so later lines are rejected.
 * 3. A line that gives only the status or only the budget has the other value of the change before it, in the order of the times
 *    at which changes take effect.
 * 4. A line about the creation of a lead has the status that the next change replaced; if nothing changed since, that of now. A
 *    later import corrects that assumption if the next change replaced another status. The first change of a history replaced the status that
 *    its line gives, if any.
 */

const LINES = 'pg_temp.import_lead_changes';
const TARGETS = 'pg_temp.import_change_targets';

export const MATCH_LEADS_OF_CHANGES = matchTargets(LINES, TARGETS, 'externalId');

export const LOCK_CHANGED_LEADS = lockTargets(TARGETS);

/** The values that the beginning of a history repeats if it is older than the history itself. They are those of a later time. */
const IS_ASSUMED = `"changedBy" = 'migration' AND "importId" IS NULL`;

/**
 * The order of the changes of a lead. Of lines with the same time, a creation comes first, then those with a status: otherwise a line without one
 * could be rejected by one import and accepted by the next one, which finds a stored change of this time.
 */
const ORDER = '"effectiveAt", id, NOT "isCreation", status IS NULL, line';

/** Whether an update of a lead has a row in `lead_changes`. A dry run has not written it. */
const IS_TRACKED_UPDATE = `(coalesce(plan.status, lead.status), coalesce(plan.budget, lead.budget), coalesce(plan.source, lead.source),
        coalesce(plan.company, lead.company), coalesce(plan.location, lead.location),
        email_domain(CASE WHEN plan.email <> email_key(lead.email) THEN plan.email ELSE lead.email END))
      IS DISTINCT FROM (lead.status, lead.budget, lead.source, lead.company, lead.location, email_domain(lead.email))`;

const TOO_LATE = `jsonb_build_object('field', 'date', 'value', NULL, 'message',
    'date must not be after the latest change of the lead that the server has recorded itself; change the lead instead')`;
const NO_STATUS = `jsonb_build_object('field', 'status', 'value', NULL, 'message',
    'status must not be empty, because the lead has no earlier change with a status')`;

const NOT_FIRST = `jsonb_build_object('field', 'date', 'value', NULL, 'message',
    'date must be before the first change of the lead, because the line is about its creation')`;

/**
 * Plans one action for each line: `insert`, `unchanged`, `duplicate`, or `reject` with a reason. Positions follow the times at which
 * the changes of a lead take effect, because changes of one time are ordered by their ids. At the same time, stored changes come
 * first, then lines with a status, then the others, each in the order of the file.
 */
export const PLAN_CHANGES = `
  -- PostgreSQL expects one row from each WITH query, so it would compare each line with each other line.
  SET LOCAL enable_nestloop = off;
  CREATE TEMP TABLE import_change_plan ON COMMIT DROP AS
  WITH recorded AS (
    SELECT "leadId", max("effectiveAt") AS "latestAt" FROM lead_changes
    WHERE "leadId" IN (SELECT "leadId" FROM ${TARGETS}) AND "importId" IS NULL AND NOT (${IS_ASSUMED})
    GROUP BY "leadId"
  ), recorded_now AS (
    SELECT plan."leadId" FROM pg_temp.import_lead_plan AS plan JOIN leads AS lead ON lead.id = plan."leadId"
    WHERE plan.action = 'update' AND ${IS_TRACKED_UPDATE}
  ), placed AS (
    SELECT line, target."leadId", status, "statusBefore", "isCreation", budget, "effectiveAt", "recordedAt",
      CASE
        WHEN EXISTS (
          SELECT FROM lead_changes AS stored
          WHERE stored."leadId" = target."leadId" AND stored."effectiveAt" = given."effectiveAt"
            AND (given.status IS NULL OR label_key(stored."statusAfter") = given.status)
            AND (given.budget IS NULL OR stored."budgetAfter" = given.budget)
        ) THEN 'unchanged'
        WHEN row_number() OVER (
          PARTITION BY target."leadId", "effectiveAt", status, budget ORDER BY line
        ) > 1 THEN 'duplicate'
        WHEN "effectiveAt" > recorded."latestAt" AND NOT EXISTS (
          SELECT FROM recorded_now WHERE recorded_now."leadId" = target."leadId"
        ) THEN 'reject'
        ELSE 'insert'
      END AS action
    FROM ${LINES} AS given JOIN ${TARGETS} AS target USING (${LEAD_NAME})
    LEFT JOIN recorded USING ("leadId")
    WHERE target."leadId" IS NOT NULL
  ), stored AS (
    SELECT NULL::integer AS line, "leadId", "effectiveAt", id, coalesce("statusAfter", '${DEFAULT_LEAD_STATUS}') AS status,
      "budgetAfter" AS budget, true AS "hasBudget", "statusBefore" AS "replacedStatus", false AS "isCreation",
      "isStatusAssumed" IS TRUE AS "isStatusAssumed"
    FROM lead_changes WHERE "leadId" IN (SELECT "leadId" FROM placed WHERE action = 'insert') AND NOT (${IS_ASSUMED})
  ), given AS (
    SELECT * FROM stored
    UNION ALL
    SELECT line, "leadId", "effectiveAt", NULL, status, budget, budget IS NOT NULL, "statusBefore", "isCreation", false
    FROM placed WHERE action = 'insert'
  ), ordered AS (
    SELECT given.line, given."leadId", given."effectiveAt", given.id, given.budget, given."hasBudget", given."replacedStatus",
      given."isCreation",
      CASE WHEN "isCreation" THEN lead("replacedStatus") OVER next IS NULL ELSE "isStatusAssumed" END AS "isStatusAssumed",
      CASE WHEN "isCreation" THEN coalesce(
        lead("replacedStatus") OVER next, lead(given.status) OVER next, leads.status, '${DEFAULT_LEAD_STATUS}'
      ) ELSE given.status END AS status
    FROM given LEFT JOIN leads ON leads.id = given."leadId"
    WINDOW next AS (PARTITION BY "leadId" ORDER BY "effectiveAt", given.id, NOT "isCreation", given.status IS NULL, line)
  ), with_status AS (
    SELECT *, first_value(status) OVER (PARTITION BY "leadId", "statusCount" ORDER BY ${ORDER}) AS "statusAfter"
    FROM (
      SELECT *, count(status) OVER (PARTITION BY "leadId" ORDER BY ${ORDER}) AS "statusCount" FROM ordered
    ) AS counted
    WHERE "statusCount" > 0
  ), with_budget AS (
    SELECT *, first_value(budget) OVER (PARTITION BY "leadId", "budgetCount" ORDER BY ${ORDER}) AS "budgetAfter"
    FROM (
      SELECT *, count(*) FILTER (WHERE "hasBudget") OVER (PARTITION BY "leadId" ORDER BY ${ORDER}) AS "budgetCount"
      FROM with_status
    ) AS counted
  ), complete AS (
    SELECT line, "statusAfter", "budgetAfter",
      "isStatusAssumed",
      CASE WHEN lag("isStatusAssumed") OVER before THEN coalesce("replacedStatus", lag("statusAfter") OVER before)
        ELSE coalesce(lag("statusAfter") OVER before, "replacedStatus") END AS "statusBefore",
      CASE WHEN lag("isStatusAssumed") OVER before AND "replacedStatus" <> lag("statusAfter") OVER before
        THEN lag(id) OVER before END AS "wrongCreationId",
      lag("statusAfter") OVER before IS NULL AS "isFirst",
      CASE WHEN lag("statusAfter") OVER before IS NULL AND "replacedStatus" IS NOT NULL THEN "budgetAfter"
        ELSE lag("budgetAfter") OVER before END AS "budgetBefore"
    FROM with_budget WINDOW before AS (PARTITION BY "leadId" ORDER BY ${ORDER})
  )
  SELECT row_number() OVER (ORDER BY "leadId", "effectiveAt", NOT "isCreation", status IS NULL, line)::int AS position, line,
    "leadId", "effectiveAt", "recordedAt", complete."statusBefore", "statusAfter", "budgetBefore", "budgetAfter", "isFirst",
    placed."isCreation", "isStatusAssumed", "wrongCreationId",
    CASE WHEN reason IS NOT NULL THEN 'reject' ELSE action END AS action, reason
  FROM placed LEFT JOIN complete USING (line)
  CROSS JOIN LATERAL (
    SELECT CASE
      WHEN action = 'reject' THEN ${TOO_LATE}
      WHEN action = 'insert' AND "statusAfter" IS NULL THEN ${NO_STATUS}
      WHEN action = 'insert' AND "isCreation" AND NOT "isFirst" THEN ${NOT_FIRST}
    END AS reason
  ) AS checked;
  SET LOCAL enable_nestloop = on;
  CREATE INDEX ON pg_temp.import_change_plan (position);
  ANALYZE pg_temp.import_change_plan`;

export const COLLECT_UNKNOWN_LEADS = collectUnknownLeads('changes', LINES, TARGETS);

export const COLLECT_REJECTED_CHANGES = `
  INSERT INTO pg_temp.import_rejections (file, line, violations)
  SELECT 'changes', line, jsonb_build_array(reason) FROM pg_temp.import_change_plan WHERE reason IS NOT NULL`;

const inRange = 'position > $1 AND position <= $2';

/**
 * $1, $2: the range of positions, $3: the id of the import. Returns the numbers of written and requested rows. The details of the
 * lead are those of now, because the file does not have those of then.
 */
export const INSERT_CHANGES = `
  WITH inserted AS (
    INSERT INTO lead_changes ("effectiveAt", "recordedAt", "leadId", "importId", "statusBefore", "statusAfter", "budgetBefore",
      "budgetAfter", source, company, location, "emailDomain", "isStatusAssumed", "changedBy")
    SELECT plan."effectiveAt", coalesce(plan."recordedAt", date_trunc('milliseconds', now())), plan."leadId", $3,
      plan."statusBefore", plan."statusAfter", plan."budgetBefore", plan."budgetAfter", lead.source, lead.company, lead.location,
      email_domain(lead.email), CASE WHEN plan."isStatusAssumed" THEN true END,
      coalesce(nullif(current_setting('lead_scoring.caller', true), ''), 'database role ' || session_user)
    FROM pg_temp.import_change_plan AS plan JOIN leads AS lead ON lead.id = plan."leadId"
    WHERE ${inRange} AND action = 'insert'
    ORDER BY position
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM inserted)::int AS written,
    (SELECT count(*) FROM pg_temp.import_change_plan WHERE ${inRange} AND action = 'insert')::int AS requested`;

/** Gives creations whose status earlier imports have assumed the status that the next change replaced. */
export const CORRECT_CREATIONS = `
  WITH wrong AS (
    DELETE FROM lead_changes AS creation USING pg_temp.import_change_plan AS plan
    WHERE creation.id = plan."wrongCreationId" AND plan.action = 'insert'
    RETURNING creation.*, plan."statusBefore" AS "firstStatus"
  )
  INSERT INTO lead_changes ("effectiveAt", "recordedAt", "leadId", "importId", "statusAfter", "budgetBefore", "budgetAfter", source,
    company, location, "emailDomain", "changedBy")
  SELECT "effectiveAt", "recordedAt", "leadId", "importId", "firstStatus", "budgetBefore", "budgetAfter", source, company, location,
    "emailDomain", "changedBy"
  FROM wrong`;

/** $1: the position of a line that the database rejects, $2: the reason. */
export const REJECT_CHANGE = `
  WITH rejected AS (
    UPDATE pg_temp.import_change_plan SET action = 'reject' WHERE position = $1 RETURNING line
  )
  INSERT INTO pg_temp.import_rejections (file, line, violations)
  SELECT 'changes', line, jsonb_build_array(jsonb_build_object('field', NULL, 'message', $2::text, 'value', NULL))
  FROM rejected`;

/** The number and the first lines of each outcome. $1: the number of first lines. */
export const COUNT_CHANGES = `
  SELECT action, count(*)::int AS count, (array_agg(line ORDER BY line))[1:$1] AS lines
  FROM pg_temp.import_change_plan WHERE action <> 'reject' GROUP BY action`;

const countInserted = (condition: string): string => `
  SELECT count(*)::int AS count, (array_agg(line ORDER BY line))[1:$1] AS lines
  FROM pg_temp.import_change_plan AS plan WHERE action = 'insert' AND ${condition}`;

/** New changes that were not known before this import. $1: the number of first lines. */
export const COUNT_RECORDED_NOW = countInserted('"recordedAt" IS NULL');

/** New changes of one lead that take effect at the same time. $1: the number of first lines. */
export const COUNT_SIMULTANEOUS = countInserted(`EXISTS (
    SELECT FROM pg_temp.import_change_plan AS other
    WHERE other.action = 'insert' AND other.position IN (plan.position - 1, plan.position + 1)
      AND other."leadId" = plan."leadId" AND other."effectiveAt" = plan."effectiveAt")`);

/** New changes that begin a history, although the lead was there before or was never open. $1: the number of first lines. */
export const COUNT_WITHOUT_BEGINNING = countInserted(
  `"isFirst" AND NOT "isCreation" AND ("statusBefore" IS NOT NULL OR NOT is_open_status("statusAfter"))`,
);

/** New changes with details of the lead that are those of now. $1: the number of first lines. */
export const COUNT_PRESENT_DETAILS = countInserted('true');
