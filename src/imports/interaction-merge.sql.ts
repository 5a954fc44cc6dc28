import { apiInstant } from '../common/api-instant.sql.js';
import { collectUnknownLeads, LEAD_NAME, lockTargets, matchTargets } from './lead-targets.sql.js';
import { formerValues, KEPT_COLUMNS } from './value-columns.js';

/**
 * Finds the lead and the stored interaction of every staged line:
 *
 * 1. A line belongs to the lead with its external id, else to the lead with its e-mail.
 * 2. A line with an external id means the interaction with this id, else an interaction without one that has the same lead,
 *    type, date and notes. A line without an external id means an interaction with the same lead, type, date and notes.
 * 3. If several lines mean one interaction, the last one counts if they have an external id, else the first.
 */

const LINES = 'pg_temp.import_interactions';
const TARGETS = 'pg_temp.import_targets';

export const MATCH_LEADS_OF_INTERACTIONS = matchTargets(LINES, TARGETS, 'leadExternalId');

export const LOCK_TARGETS = lockTargets(TARGETS);

const CONTENT = '"leadId", date, type, notes';

const isSameContent = (one: string, other: string): string =>
  `${one}."leadId" = ${other}."leadId" AND ${one}.date = ${other}.date AND ${one}.type = ${other}.type
      AND coalesce(${one}.notes, '') = coalesce(${other}.notes, '')`;

/**
 * Plans one action for each line: `insert`, `update`, `unchanged` or `duplicate`. $1: whether lines without an external id are
 * always new. Positions follow the leads, so that each lead is written once. Within a lead, they follow the file.
 *
 * Lines with an external id claim interactions first. A line without one is the `nth` interaction with its content: first come
 * the lines of the file with an external id, then the stored interactions that no line has claimed.
 */
export const PLAN_INTERACTIONS = `
  CREATE TEMP TABLE import_interaction_plan ON COMMIT DROP AS
  WITH placed AS (
    SELECT line, target."leadId", type, direction, date, notes, "externalSource", "externalId", occurrence
    FROM pg_temp.import_interactions JOIN pg_temp.import_targets AS target USING (${LEAD_NAME})
    WHERE target."leadId" IS NOT NULL
  ), shown AS (
    SELECT id, "leadId", ${apiInstant('date')} AS date, type, nullif(notes, '') AS notes, "externalId"
    FROM interactions WHERE "leadId" IN (SELECT "leadId" FROM pg_temp.import_targets)
  ), with_id AS (
    SELECT placed.*, stored.id AS "storedId",
      first_value(line) OVER (PARTITION BY placed."externalSource", placed."externalId" ORDER BY line DESC) AS "countedLine"
    FROM placed
    LEFT JOIN interactions AS stored
      ON stored."externalSource" = placed."externalSource" AND stored."externalId" = placed."externalId"
    WHERE placed."externalId" IS NOT NULL
  ), with_new_id AS (
    SELECT *, row_number() OVER (PARTITION BY ${CONTENT} ORDER BY line) AS nth
    FROM with_id WHERE "storedId" IS NULL AND line = "countedLine"
  ), adoptable AS (
    SELECT *, row_number() OVER (PARTITION BY ${CONTENT} ORDER BY id) AS nth FROM shown WHERE "externalId" IS NULL
  ), adopted AS (
    SELECT line.line, adoptable.id
    FROM with_new_id AS line JOIN adoptable ON ${isSameContent('line', 'adoptable')} AND adoptable.nth = line.nth
  ), identified AS (
    SELECT with_id.*, coalesce("storedId", adopted.id) AS "claimedId" FROM with_id LEFT JOIN adopted USING (line)
  ), unclaimed AS (
    SELECT *, row_number() OVER (PARTITION BY ${CONTENT} ORDER BY id) AS nth
    FROM shown WHERE NOT EXISTS (SELECT FROM identified WHERE "claimedId" = shown.id)
  ), contents AS (
    SELECT ${CONTENT}, count(*) AS count, min(line) AS line FROM with_id WHERE line = "countedLine" GROUP BY ${CONTENT}
  ), without_id AS (
    SELECT *, dense_rank() OVER (PARTITION BY ${CONTENT} ORDER BY occurrence) AS nth,
      CASE WHEN $1 THEN line ELSE first_value(line) OVER same END AS "countedLine"
    FROM placed WHERE "externalId" IS NULL
    WINDOW same AS (PARTITION BY ${CONTENT}, occurrence ORDER BY line)
  ), matched AS (
    SELECT line.line, line."leadId", line.type, line.direction, line.date, line.notes, line."externalSource",
      line."externalId", CASE WHEN NOT $1 AND line.nth <= contents.count THEN contents.line ELSE "countedLine" END AS "countedLine",
      unclaimed.id AS "storedId"
    FROM without_id AS line
    LEFT JOIN contents ON ${isSameContent('line', 'contents')}
    LEFT JOIN unclaimed ON NOT $1 AND ${isSameContent('line', 'unclaimed')}
      AND unclaimed.nth = line.nth - coalesce(contents.count, 0)
    UNION ALL
    SELECT line, "leadId", type, direction, date, notes, "externalSource", "externalId", "countedLine", "claimedId"
    FROM identified
  )
  SELECT row_number() OVER (ORDER BY matched."leadId", matched.line)::int AS position, matched.*,
    CASE WHEN matched.line <> matched."countedLine" THEN 'duplicate'
      WHEN "storedId" IS NULL THEN 'insert'
      WHEN before."leadId" <> matched."leadId" OR before.type <> matched.type OR ${apiInstant('before.date')} <> matched.date
        OR (matched.direction IS NOT NULL AND before.direction IS DISTINCT FROM matched.direction)
        OR (matched.notes IS NOT NULL AND before.notes IS DISTINCT FROM matched.notes)
        OR (matched."externalId" IS NOT NULL AND before."externalId" IS NULL) THEN 'update'
      ELSE 'unchanged' END AS action
  FROM matched LEFT JOIN interactions AS before ON before.id = matched."storedId"`;

/** A statement with parameters is sent alone. */
export const INDEX_INTERACTION_PLAN = `
  CREATE INDEX ON pg_temp.import_interaction_plan (position);
  ANALYZE pg_temp.import_interaction_plan`;

export const COLLECT_INTERACTION_REJECTIONS = collectUnknownLeads('interactions', LINES, TARGETS);

const inRange = 'position > $1 AND position <= $2';

/** The number of rows that a range has to write. $1, $2: the range of positions. */
const requested = (action: string): string =>
  `(SELECT count(*) FROM pg_temp.import_interaction_plan WHERE ${inRange} AND action = '${action}')::int AS requested`;

/**
 * $1, $2: the range of positions, $3: the id of the import. Returns the numbers of written and requested rows. Only new rows get the
 * recorded time of the file: what was known at a past time does not change.
 */
export const INSERT_INTERACTIONS = `
  WITH inserted AS (
    INSERT INTO interactions ("leadId", type, direction, date, notes, "externalSource", "externalId", "importId", "createdAt",
      "updatedAt", "recordedAt")
    SELECT "leadId", plan.type, plan.direction, plan.date, plan.notes, plan."externalSource", plan."externalId", $3,
      date_trunc('milliseconds', now()), date_trunc('milliseconds', now()), coalesce(given."recordedAt", clock_timestamp())
    FROM pg_temp.import_interaction_plan AS plan JOIN ${LINES} AS given USING (line)
    WHERE ${inRange} AND action = 'insert'
    ORDER BY position
    ON CONFLICT DO NOTHING
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM inserted)::int AS written, ${requested('insert')}`;

/** $1, $2: the range of positions, $3: the id of the import. Keeps the values of before for an undo. */
export const UPDATE_INTERACTIONS = `
  WITH before AS (
    INSERT INTO import_changes ("importId", "leadId", "interactionId", before)
    SELECT $3, stored."leadId", stored.id, ${formerValues(KEPT_COLUMNS.interactions, 'stored')}
    FROM pg_temp.import_interaction_plan AS plan JOIN interactions AS stored ON stored.id = plan."storedId"
    WHERE ${inRange} AND action = 'update'
  ), updated AS (
    UPDATE interactions AS stored
    SET "leadId" = plan."leadId", type = plan.type, direction = coalesce(plan.direction, stored.direction), date = CASE WHEN ${apiInstant('stored.date')} = plan.date THEN stored.date ELSE plan.date END,
      notes = coalesce(plan.notes, stored.notes),
      "externalSource" = coalesce(stored."externalSource", plan."externalSource"),
      "externalId" = coalesce(stored."externalId", plan."externalId"),
      "importId" = $3, "isChangedSinceImport" = false, "updatedAt" = date_trunc('milliseconds', now())
    FROM pg_temp.import_interaction_plan AS plan
    WHERE stored.id = plan."storedId" AND ${inRange} AND action = 'update'
    RETURNING stored.id
  )
  SELECT (SELECT count(*) FROM updated)::int AS written, ${requested('update')}`;

/** $1: the position of a line that the database rejects, $2: the reason. */
export const REJECT_INTERACTION = `
  WITH rejected AS (
    UPDATE pg_temp.import_interaction_plan SET action = 'reject' WHERE position = $1 RETURNING line
  )
  INSERT INTO pg_temp.import_rejections (file, line, violations)
  SELECT 'interactions', line, jsonb_build_array(jsonb_build_object('field', NULL, 'message', $2::text, 'value', NULL))
  FROM rejected`;

/** The number and the first lines of each outcome. $1: the number of first lines. */
export const COUNT_INTERACTIONS = `
  SELECT action, count(*)::int AS count, (array_agg(line ORDER BY line))[1:$1] AS lines
  FROM pg_temp.import_interaction_plan WHERE action <> 'reject' GROUP BY action`;

/** New interactions of the past that were not known before this import. $1: the number of first lines. */
export const COUNT_RECORDED_NOW = `
  SELECT count(*)::int AS count, (array_agg(line ORDER BY line))[1:$1] AS lines
  FROM pg_temp.import_interaction_plan AS plan JOIN ${LINES} AS given USING (line)
  WHERE action = 'insert' AND given."recordedAt" IS NULL AND given.date < now()`;
