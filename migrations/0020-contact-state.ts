import type { MigrationContext } from '../src/database/migration.js';

/**
 * The columns of a lead that contain its contact state: everything that its interactions contribute to its score.
 * docs/scoring.md explains them.
 */
const STATE = [
  'lastInteractionAt',
  'lastContactAt',
  'nextInteractionAt',
  'nextContactAt',
  'meetingCount',
  'callCount',
  'emailCount',
  'outboundEmailCount',
  'meetingWeight',
  'callWeight',
  'emailWeight',
  'outboundEmailWeight',
] as const;

/** The parameters of `score_of` in addition to the instant, the budget and the status. */
const INPUTS = STATE.filter((column) => !column.endsWith('Count'));

const LOST = `'lost', 'closed_lost', 'disqualified', 'unqualified'`;
const WON = `'won', 'closed_won', 'converted'`;

const STATUS_POINTS = `
  WHEN 'contacted' THEN 5::float8 WHEN 'qualified' THEN 7::float8 WHEN 'proposal' THEN 8::float8
  WHEN 'negotiation' THEN 9::float8 WHEN 'won' THEN 10::float8 WHEN 'closed_won' THEN 10::float8
  WHEN 'converted' THEN 10::float8`;

/** The columns that a calculated score fills. `scoreCalculatedAt` is filled beside them. */
const SCORE = [
  'activityScore',
  'recencyPoints',
  'engagementPoints',
  'budgetPoints',
  'statusPoints',
  'scoreValidUntil',
] as const;

const list = (columns: readonly string[], prefix = ''): string =>
  columns.map((column) => `${prefix}"${column}"`).join(', ');

/** The rows that a condition on an interaction selects: one for each kind that has a weight of its own. */
const KINDS = {
  meeting: `type = 'meeting'`,
  call: `type = 'call'`,
  email: `type = 'email' AND direction IS DISTINCT FROM 'outbound'`,
  outboundEmail: `type = 'email' AND direction = 'outbound'`,
} as const;

/** An outbound e-mail has not been answered, so it is an interaction but no contact. */
const IS_CONTACT = `(type <> 'email' OR direction IS DISTINCT FROM 'outbound')`;

/** Counts the interactions up to an instant, and adds up their weights as of `latest`, the latest of them. */
const sums = (isPast: string): string =>
  [
    ...Object.entries(KINDS).map(
      ([kind, condition]) => `count(*) FILTER (WHERE ${isPast} AND ${condition})::integer AS "${kind}Count"`,
    ),
    ...Object.entries(KINDS).map(
      ([kind, condition]) =>
        `coalesce(sum(decayed(1::float8, latest - date)) FILTER (WHERE ${isPast} AND ${condition}), 0::float8) AS "${kind}Weight"`,
    ),
  ].join(',\n          ');

/** Adds a weight as of `added.latest` to a weight of the lead as of its latest interaction. */
const addedWeight = (column: string): string => `
  "${column}" =
    decayed(lead."${column}", greatest(lead."lastInteractionAt", added.latest) - lead."lastInteractionAt")
    + decayed(added."${column}", greatest(lead."lastInteractionAt", added.latest) - added.latest)`;

const addedCount = (column: string): string =>
  `"${column}" = coalesce(lead."${column}", 0) + added."${column}"`;

/**
 * Maintains the contact state of each lead, which is everything that its interactions contribute to its score, and the
 * score itself. This works for every program that writes: the API, the importer, or another program with SQL.
 *
 * The functions, from the inside out:
 * - `score_of` is the formula. PostgreSQL inlines it, so one UPDATE scores any number of leads.
 * - `contact_state_of` reads the interactions of one lead.
 * - `leads_score` runs before the update of a lead whose budget, status or contact state changes, and scores the lead in
 *   the same update. If the state does not match the instant, it reads the state anew: a planned interaction has
 *   taken place, or the clock was set back. `nextInteractionAt = '-infinity'` stands for an unknown state.
 * - The triggers of `interactions` add inserted rows to the state in constant time. After any other change they
 *   mark the state as unknown.
 *
 * `lead_scores` contains the values for ordering and filtering lists, and the instant at which a score must be evaluated again
 * (`refreshAt`). If the database has rejected the lead, the refresher leaves it alone until `retryAt`.
 *
 * A transaction that scores many leads sets `lead_scoring.as_of`. Until it ends, the triggers keep the contact state as of
 * this instant, and leave the scores and `lead_scores` to the transaction.
 *
 * The state of existing leads is unknown at first; migration 0021 computes it. `scoreInputsChangedAt` and `scoreParameters`
 * stay for the previous version, which may still run. A later migration can drop them.
 */
export async function up(context: MigrationContext): Promise<void> {
  await context.run(`
    CREATE TYPE enum_interactions_direction AS ENUM ('inbound', 'outbound');
    ALTER TABLE interactions ADD COLUMN direction enum_interactions_direction;

    ALTER TABLE leads
      ADD COLUMN "lastInteractionAt" timestamptz,
      ADD COLUMN "nextInteractionAt" timestamptz DEFAULT '-infinity',
      ADD COLUMN "nextContactAt" timestamptz,
      ADD COLUMN "outboundEmailCount" integer NOT NULL DEFAULT 0,
      ADD COLUMN "meetingWeight" double precision NOT NULL DEFAULT 0,
      ADD COLUMN "callWeight" double precision NOT NULL DEFAULT 0,
      ADD COLUMN "emailWeight" double precision NOT NULL DEFAULT 0,
      ADD COLUMN "outboundEmailWeight" double precision NOT NULL DEFAULT 0,
      ADD COLUMN "scoreValidUntil" timestamptz,
      ALTER COLUMN "meetingCount" SET DEFAULT 0,
      ALTER COLUMN "callCount" SET DEFAULT 0,
      ALTER COLUMN "emailCount" SET DEFAULT 0;
    ALTER TABLE leads ALTER COLUMN "nextInteractionAt" DROP DEFAULT;

    ALTER TABLE lead_scores
      ADD COLUMN "isOpen" boolean NOT NULL DEFAULT true,
      ADD COLUMN "refreshAt" timestamptz NOT NULL DEFAULT '-infinity',
      ADD COLUMN "retryAt" timestamptz;
    ALTER TABLE lead_scores ALTER COLUMN "refreshAt" DROP DEFAULT;

    ALTER TABLE rescore_runs
      ADD COLUMN "isVerification" boolean NOT NULL DEFAULT false,
      ADD COLUMN "differenceCount" integer NOT NULL DEFAULT 0,
      ADD COLUMN differences jsonb NOT NULL DEFAULT '[]';

    -- Batches of before took all leads.
    ALTER TABLE summary_batches ADD COLUMN "includeClosed" boolean NOT NULL DEFAULT true`);
  await createFunctions(context);
  await createLeadTriggers(context);
  await createInteractionTriggers(context);
}

async function createFunctions(context: MigrationContext): Promise<void> {
  await context.run(`
    CREATE FUNCTION is_open_status(status text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT coalesce(label_key(status) NOT IN (${WON}, ${LOST}), true)
    $$;

    -- A weight after some time: half of it after 30 days. A weight that is too small to matter becomes 0, since
    -- PostgreSQL reports an underflow as an error.
    CREATE FUNCTION decayed(weight double precision, age interval) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT CASE WHEN weight < 1e-60::float8 OR age IS NULL THEN 0::float8
        ELSE weight * power(2::float8, greatest(date_part('epoch', age) / -2592000::float8, -300::float8)) END
    $$;

    -- The score of docs/scoring.md at an instant, from a lead's budget, status and contact state. The state has to
    -- match the instant: its latest interaction is not later, and its next planned interaction is.
    -- "OFFSET 0" keeps PostgreSQL from calculating a value again wherever the next level uses it.
    CREATE FUNCTION score_of(
      at timestamptz, budget numeric, status text,
      "lastInteractionAt" timestamptz, "lastContactAt" timestamptz,
      "nextInteractionAt" timestamptz, "nextContactAt" timestamptz,
      "meetingWeight" double precision, "callWeight" double precision,
      "emailWeight" double precision, "outboundEmailWeight" double precision
    ) RETURNS TABLE (
      "activityScore" integer, "recencyPoints" smallint, "engagementPoints" smallint, "budgetPoints" smallint,
      "statusPoints" smallint, "scoreValidUntil" timestamptz
    ) LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT total,
        -- The points still missing go one each to the largest remainders; a tie goes to the factor listed first.
        (r_floor + (1 + (e > r)::int + (b > r)::int + (s > r)::int <= missing)::int)::smallint,
        (e_floor + (1 + (r >= e)::int + (b > e)::int + (s > e)::int <= missing)::int)::smallint,
        (b_floor + (1 + (r >= b)::int + (e >= b)::int + (s > b)::int <= missing)::int)::smallint,
        (s_floor + (1 + (r >= s)::int + (e >= s)::int + (b >= s)::int <= missing)::int)::smallint,
        least(
          $6,
          CASE WHEN NOT is_planned THEN $7 - interval '2592000 s' END,
          CASE WHEN slope > 1e-9::float8
            THEN $1 + least((exact - (total - 0.5::float8)) / slope, 36500::float8) * interval '86400 s'
            ELSE 'infinity' END
        )
      FROM (
        SELECT *, total - r_floor - e_floor - b_floor - s_floor AS missing,
          recency - r_floor AS r, engagement - e_floor AS e, budget - b_floor AS b, status - s_floor AS s
        FROM (
          SELECT *,
            floor(recency)::int AS r_floor, floor(engagement)::int AS e_floor,
            floor(budget)::int AS b_floor, floor(status)::int AS s_floor,
            recency + engagement + budget + status AS exact,
            least(100, greatest(0, floor(recency + engagement + budget + status + 0.5::float8)))::int AS total
          FROM (
            SELECT is_planned, weight * recency AS recency,
              weight * 30::float8 * (1::float8 - power(2::float8, greatest(weighted / -10::float8, -1000::float8))) AS engagement,
              CASE WHEN amount > 0::float8 AND amount <> 'NaN'::float8
                THEN weight * 20::float8 * (1::float8 - power(2::float8, greatest(amount / -50000::float8, -1000::float8)))
                ELSE 0::float8 END AS budget,
              weight * status AS status,
              -- The fastest that the total falls from here on, in points a day.
              weight * (
                CASE WHEN is_planned THEN 0::float8 ELSE recency * ln(2::float8) / 14::float8 END
                + ln(2::float8) * CASE WHEN weighted * ln(2::float8) < 10::float8
                  THEN weighted * ln(2::float8) / 10::float8 * exp(weighted * ln(2::float8) / -10::float8)
                  ELSE exp(-1::float8) END
              ) AS slope
            FROM (
              SELECT *,
                CASE WHEN is_planned THEN 40::float8 WHEN $5 IS NULL THEN 0::float8
                  ELSE 40::float8 * power(2::float8, greatest(date_part('epoch', $1 - $5) / -1209600::float8, -1000::float8))
                  END AS recency,
                CASE key ${STATUS_POINTS} ELSE 3::float8 END AS status,
                CASE WHEN key IN (${LOST}) THEN 0::float8 ELSE 1::float8 END AS weight
              FROM (
                SELECT label_key($3) AS key, $2::float8 AS amount,
                  coalesce($7 - interval '2592000 s' <= $1, false) AS is_planned,
                  CASE WHEN $4 IS NULL THEN 0::float8
                    ELSE (5::float8 * $8 + 3::float8 * $9 + $10 + 0.2::float8 * $11)
                      * power(2::float8, greatest(date_part('epoch', $1 - $4) / -2592000::float8, -300::float8))
                    END AS weighted
                OFFSET 0
              ) AS given
              OFFSET 0
            ) AS factor
            OFFSET 0
          ) AS value
          OFFSET 0
        ) AS rounded
        OFFSET 0
      ) AS apportioned
    $$;

    -- The contact state of a lead at an instant, from its interactions.
    CREATE FUNCTION contact_state_of(lead_id integer, at timestamptz) RETURNS TABLE (
      "lastInteractionAt" timestamptz, "lastContactAt" timestamptz,
      "nextInteractionAt" timestamptz, "nextContactAt" timestamptz,
      "meetingCount" integer, "callCount" integer, "emailCount" integer, "outboundEmailCount" integer,
      "meetingWeight" double precision, "callWeight" double precision,
      "emailWeight" double precision, "outboundEmailWeight" double precision
    ) LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT max(latest), max(date) FILTER (WHERE date <= $2 AND ${IS_CONTACT}),
        min(date) FILTER (WHERE date > $2), min(date) FILTER (WHERE date > $2 AND ${IS_CONTACT}),
        ${sums('date <= $2')}
      FROM (
        SELECT *, max(date) FILTER (WHERE date <= $2) OVER () AS latest
        FROM interactions WHERE "leadId" = $1 AND isfinite(date)
      ) AS finite
    $$`);
}

async function createLeadTriggers(context: MigrationContext): Promise<void> {
  await context.run(`
    DROP TRIGGER "leads_scoreInputsChanged" ON leads;
    DROP FUNCTION leads_score_inputs_changed();

    -- An interaction of this very moment has taken place, so the instant is rounded up to a whole millisecond if that is
    -- what it takes for the score to count it.
    CREATE FUNCTION leads_score() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
      as_of timestamptz := nullif(current_setting('lead_scoring.as_of', true), '')::timestamptz;
      moment timestamptz := clock_timestamp();
      at timestamptz := coalesce(as_of, date_trunc('milliseconds', moment));
    BEGIN
      IF as_of IS NULL AND NEW."lastInteractionAt" > at AND NEW."lastInteractionAt" <= moment THEN
        at := at + interval '1 millisecond';
      END IF;
      IF NEW."nextInteractionAt" <= at OR NEW."lastInteractionAt" > at THEN
        SELECT * INTO ${STATE.map((column) => `NEW."${column}"`).join(', ')}
        FROM contact_state_of(NEW.id, at);
      END IF;
      IF as_of IS NULL THEN
        SELECT * INTO ${SCORE.map((column) => `NEW."${column}"`).join(', ')}
        FROM score_of(at, NEW.budget, NEW.status, ${INPUTS.map((column) => `NEW."${column}"`).join(', ')});
        NEW."scoreCalculatedAt" := at;
        -- For the previous version: the score was not made with its parameters.
        NEW."scoreParameters" := NULL;
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER leads_score
      BEFORE UPDATE OF budget, status, ${list(STATE)} ON leads
      FOR EACH ROW
      WHEN ((OLD.budget, OLD.status, ${list(STATE, 'OLD.')}) IS DISTINCT FROM (NEW.budget, NEW.status, ${list(STATE, 'NEW.')})
        OR NEW."nextInteractionAt" = '-infinity')
      EXECUTE FUNCTION leads_score();

    CREATE OR REPLACE FUNCTION lead_scores_inserted() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      INSERT INTO lead_scores ("leadId", score, "isOpen", "refreshAt")
      SELECT id, "activityScore", is_open_status(status), '-infinity' FROM inserted;
      RETURN NULL;
    END $$;

    -- A score that another program or the previous version has written is evaluated at once, as is one that is dated in the
    -- future.
    CREATE OR REPLACE FUNCTION lead_scores_updated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
      is_ours boolean := NEW."scoreParameters" IS NULL
        AND NEW."scoreCalculatedAt" <= clock_timestamp() + interval '1 second'
        AND NEW."activityScore" = NEW."recencyPoints" + NEW."engagementPoints" + NEW."budgetPoints" + NEW."statusPoints";
    BEGIN
      UPDATE lead_scores
      SET score = NEW."activityScore",
        "refreshAt" = CASE WHEN is_ours THEN coalesce(NEW."scoreValidUntil", '-infinity') ELSE '-infinity' END,
        "retryAt" = NULL
      WHERE "leadId" = NEW.id;
      RETURN NULL;
    END $$;
    DROP TRIGGER "leads_scoresUpdated" ON leads;
    CREATE TRIGGER "leads_scoresUpdated"
      AFTER UPDATE ON leads
      FOR EACH ROW
      WHEN (coalesce(current_setting('lead_scoring.as_of', true), '') = ''
        AND (${list([...SCORE, 'scoreCalculatedAt', 'scoreParameters'], 'OLD.')})
          IS DISTINCT FROM (${list([...SCORE, 'scoreCalculatedAt', 'scoreParameters'], 'NEW.')}))
      EXECUTE FUNCTION lead_scores_updated();

    CREATE FUNCTION lead_scores_opened() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      UPDATE lead_scores SET "isOpen" = is_open_status(NEW.status)
      WHERE "leadId" = NEW.id AND "isOpen" <> is_open_status(NEW.status);
      RETURN NULL;
    END $$;
    CREATE TRIGGER "leads_scoresOpened"
      AFTER UPDATE ON leads
      FOR EACH ROW
      WHEN (OLD.status IS DISTINCT FROM NEW.status)
      EXECUTE FUNCTION lead_scores_opened()`);
}

/** The leads of the interactions whose values in these columns differ between the tables `before` and `after`. */
const changedLeads = (columns: string): string => `
  SELECT "leadId" FROM (SELECT ${columns} FROM before EXCEPT SELECT ${columns} FROM after) AS gone
  UNION
  SELECT "leadId" FROM (SELECT ${columns} FROM after EXCEPT SELECT ${columns} FROM before) AS come`;

/** Replaces the triggers of 0008 and 0011, which each locked the leads and changed them on their own. */
async function createInteractionTriggers(context: MigrationContext): Promise<void> {
  await context.run(`
    DROP TRIGGER "interactions_scoreInputsTruncated" ON interactions;
    DROP TRIGGER "interactions_scoreInputsUpdated" ON interactions;
    DROP TRIGGER "interactions_scoreInputsDeleted" ON interactions;
    DROP TRIGGER "interactions_scoreInputsInserted" ON interactions;
    DROP FUNCTION interactions_truncated();
    DROP FUNCTION interactions_updated();
    DROP FUNCTION interactions_came_or_went();
    DROP FUNCTION score_inputs_changed_of(integer[]);
    DROP TRIGGER "interactions_summaryFactsTruncated" ON interactions;
    DROP TRIGGER "interactions_summaryFactsUpdated" ON interactions;
    DROP TRIGGER "interactions_summaryFactsDeleted" ON interactions;
    DROP TRIGGER "interactions_summaryFactsInserted" ON interactions;
    DROP FUNCTION interactions_summary_facts_truncated();
    DROP FUNCTION interactions_summary_facts_updated();
    DROP FUNCTION interactions_summary_facts_came_or_went();
    DROP FUNCTION summary_facts_changed_of(integer[]);

    -- Leads are locked in one order, so that two writers of many interactions do not wait for each other.
    CREATE FUNCTION lock_leads(lead_ids integer[]) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      PERFORM 1 FROM leads WHERE id = ANY (lead_ids) ORDER BY id FOR NO KEY UPDATE;
    END $$;

    -- Adds the new interactions to the contact state of their leads, without reading the old ones.
    CREATE FUNCTION interactions_inserted() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
      at timestamptz := coalesce(nullif(current_setting('lead_scoring.as_of', true), '')::timestamptz, clock_timestamp());
      lead_ids integer[] := ARRAY (SELECT DISTINCT "leadId" FROM inserted);
    BEGIN
      IF cardinality(lead_ids) > 1 THEN PERFORM lock_leads(lead_ids); END IF;
      UPDATE leads AS lead
      SET "lastInteractionAt" = greatest(lead."lastInteractionAt", added.latest),
        "lastContactAt" = greatest(lead."lastContactAt", added."lastContactAt"),
        "nextInteractionAt" = least(lead."nextInteractionAt", added."nextInteractionAt"),
        "nextContactAt" = least(lead."nextContactAt", added."nextContactAt"),
        ${STATE.filter((column) => column.endsWith('Count'))
          .map(addedCount)
          .join(', ')},
        ${STATE.filter((column) => column.endsWith('Weight'))
          .map(addedWeight)
          .join(', ')}
      FROM (
        SELECT "leadId", latest,
          max(date) FILTER (WHERE date <= at AND ${IS_CONTACT}) AS "lastContactAt",
          min(date) FILTER (WHERE date > at) AS "nextInteractionAt",
          min(date) FILTER (WHERE date > at AND ${IS_CONTACT}) AS "nextContactAt",
          ${sums('date <= at')}
        FROM (
          SELECT *, max(date) FILTER (WHERE date <= at) OVER (PARTITION BY "leadId") AS latest
          FROM inserted WHERE isfinite(date)
        ) AS finite
        GROUP BY "leadId", latest
      ) AS added
      WHERE lead.id = added."leadId" AND lead.id = ANY (lead_ids);
      UPDATE lead_summaries SET "mayBeStale" = true WHERE "leadId" = ANY (lead_ids) AND NOT "mayBeStale";
      RETURN NULL;
    END $$;
    CREATE TRIGGER interactions_inserted
      AFTER INSERT ON interactions REFERENCING NEW TABLE AS inserted
      FOR EACH STATEMENT EXECUTE FUNCTION interactions_inserted();

    -- Has the contact state of the leads read anew, by the trigger "leads_score".
    CREATE FUNCTION interactions_changed_of(lead_ids integer[]) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      IF cardinality(lead_ids) > 1 THEN PERFORM lock_leads(lead_ids); END IF;
      UPDATE leads SET "nextInteractionAt" = '-infinity' WHERE id = ANY (lead_ids);
      UPDATE lead_summaries SET "mayBeStale" = true WHERE "leadId" = ANY (lead_ids) AND NOT "mayBeStale";
    END $$;

    CREATE FUNCTION interactions_deleted() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      PERFORM interactions_changed_of(ARRAY (SELECT DISTINCT "leadId" FROM deleted));
      RETURN NULL;
    END $$;
    CREATE TRIGGER interactions_deleted
      AFTER DELETE ON interactions REFERENCING OLD TABLE AS deleted
      FOR EACH STATEMENT EXECUTE FUNCTION interactions_deleted();

    -- Notes are part of the facts of a summary, and no part of a score.
    CREATE FUNCTION interactions_updated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
      scored_ids integer[] := ARRAY (${changedLeads('id, "leadId", type, direction, date')});
      noted_ids integer[] := ARRAY (${changedLeads('id, "leadId", notes')});
    BEGIN
      -- The facts of a summary are read while its lead is locked. A change of the score locks the lead by itself.
      IF cardinality(noted_ids) > 0 OR cardinality(scored_ids) > 1 THEN
        PERFORM lock_leads(scored_ids || noted_ids);
      END IF;
      PERFORM interactions_changed_of(scored_ids);
      UPDATE lead_summaries SET "mayBeStale" = true WHERE "leadId" = ANY (noted_ids) AND NOT "mayBeStale";
      RETURN NULL;
    END $$;
    CREATE TRIGGER interactions_updated
      AFTER UPDATE ON interactions REFERENCING OLD TABLE AS before NEW TABLE AS after
      FOR EACH STATEMENT EXECUTE FUNCTION interactions_updated();

    CREATE FUNCTION interactions_truncated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      PERFORM interactions_changed_of(ARRAY (
        SELECT id FROM leads WHERE "lastInteractionAt" IS NOT NULL OR "nextInteractionAt" IS NOT NULL
      ));
      RETURN NULL;
    END $$;
    CREATE TRIGGER interactions_truncated
      AFTER TRUNCATE ON interactions
      FOR EACH STATEMENT EXECUTE FUNCTION interactions_truncated()`);
}

/** Restores the triggers of 0008, 0011 and 0013. The scores stay, and count as made with other parameters. */
export async function down(context: MigrationContext): Promise<void> {
  await context.run(`
    DROP TRIGGER interactions_truncated ON interactions;
    DROP TRIGGER interactions_updated ON interactions;
    DROP TRIGGER interactions_deleted ON interactions;
    DROP TRIGGER interactions_inserted ON interactions;
    DROP TRIGGER leads_score ON leads;
    DROP TRIGGER "leads_scoresUpdated" ON leads;
    DROP TRIGGER "leads_scoresOpened" ON leads;
    DROP FUNCTION lead_scores_opened();
    DROP FUNCTION interactions_truncated();
    DROP FUNCTION interactions_updated();
    DROP FUNCTION interactions_deleted();
    DROP FUNCTION interactions_inserted();
    DROP FUNCTION interactions_changed_of(integer[]);
    DROP FUNCTION lock_leads(integer[]);
    DROP FUNCTION leads_score();
    DROP FUNCTION contact_state_of(integer, timestamptz);
    DROP FUNCTION score_of(timestamptz, numeric, text, timestamptz, timestamptz, timestamptz, timestamptz,
      double precision, double precision, double precision, double precision);
    DROP FUNCTION decayed(double precision, interval);

    CREATE OR REPLACE FUNCTION lead_scores_inserted() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      INSERT INTO lead_scores ("leadId", score) SELECT id, "activityScore" FROM inserted;
      RETURN NULL;
    END $$;
    CREATE OR REPLACE FUNCTION lead_scores_updated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      UPDATE lead_scores SET score = NEW."activityScore" WHERE "leadId" = NEW.id;
      RETURN NULL;
    END $$;
    CREATE TRIGGER "leads_scoresUpdated"
      AFTER UPDATE OF "activityScore" ON leads
      FOR EACH ROW
      WHEN (OLD."activityScore" IS DISTINCT FROM NEW."activityScore")
      EXECUTE FUNCTION lead_scores_updated();

    CREATE FUNCTION leads_score_inputs_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW."scoreInputsChangedAt" := greatest(
        date_trunc('milliseconds', clock_timestamp()),
        OLD."scoreCalculatedAt" + interval '1 millisecond'
      );
      RETURN NEW;
    END $$;

    CREATE TRIGGER "leads_scoreInputsChanged"
      BEFORE UPDATE OF budget, status ON leads
      FOR EACH ROW
      WHEN ((OLD.budget, OLD.status) IS DISTINCT FROM (NEW.budget, NEW.status))
      EXECUTE FUNCTION leads_score_inputs_changed();

    -- Leads are locked in one order, so that two writers of many interactions do not wait for each other.
    CREATE FUNCTION score_inputs_changed_of(lead_ids integer[]) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      PERFORM 1 FROM leads WHERE id = ANY (lead_ids) ORDER BY id FOR NO KEY UPDATE;
      UPDATE leads
      SET "scoreInputsChangedAt" = greatest(
        date_trunc('milliseconds', clock_timestamp()),
        "scoreCalculatedAt" + interval '1 millisecond'
      )
      WHERE id = ANY (lead_ids);
    END $$;

    CREATE FUNCTION interactions_came_or_went() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      PERFORM score_inputs_changed_of(ARRAY (SELECT DISTINCT "leadId" FROM changed));
      RETURN NULL;
    END $$;
    CREATE TRIGGER "interactions_scoreInputsInserted"
      AFTER INSERT ON interactions REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION interactions_came_or_went();
    CREATE TRIGGER "interactions_scoreInputsDeleted"
      AFTER DELETE ON interactions REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION interactions_came_or_went();

    -- Notes are not scored: only what differs in type, date or lead counts as a change.
    CREATE FUNCTION interactions_updated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      PERFORM score_inputs_changed_of(ARRAY (
        SELECT "leadId" FROM (
          SELECT id, type, date, "leadId" FROM before EXCEPT SELECT id, type, date, "leadId" FROM after
        ) AS gone
        UNION
        SELECT "leadId" FROM (
          SELECT id, type, date, "leadId" FROM after EXCEPT SELECT id, type, date, "leadId" FROM before
        ) AS come
      ));
      RETURN NULL;
    END $$;
    CREATE TRIGGER "interactions_scoreInputsUpdated"
      AFTER UPDATE ON interactions REFERENCING OLD TABLE AS before NEW TABLE AS after
      FOR EACH STATEMENT EXECUTE FUNCTION interactions_updated();

    CREATE FUNCTION interactions_truncated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      PERFORM score_inputs_changed_of(ARRAY (SELECT id FROM leads));
      RETURN NULL;
    END $$;
    CREATE TRIGGER "interactions_scoreInputsTruncated"
      AFTER TRUNCATE ON interactions
      FOR EACH STATEMENT EXECUTE FUNCTION interactions_truncated();

    CREATE FUNCTION summary_facts_changed_of(lead_ids integer[]) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      PERFORM 1 FROM leads WHERE id = ANY (lead_ids) ORDER BY id FOR NO KEY UPDATE;
      UPDATE lead_summaries SET "mayBeStale" = true WHERE "leadId" = ANY (lead_ids) AND NOT "mayBeStale";
    END $$;

    CREATE FUNCTION interactions_summary_facts_came_or_went() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      PERFORM summary_facts_changed_of(ARRAY (SELECT DISTINCT "leadId" FROM changed));
      RETURN NULL;
    END $$;
    CREATE TRIGGER "interactions_summaryFactsInserted"
      AFTER INSERT ON interactions REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION interactions_summary_facts_came_or_went();
    CREATE TRIGGER "interactions_summaryFactsDeleted"
      AFTER DELETE ON interactions REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION interactions_summary_facts_came_or_went();

    CREATE FUNCTION interactions_summary_facts_updated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      PERFORM summary_facts_changed_of(ARRAY (
        SELECT "leadId" FROM (
          SELECT id, type, date, notes, "leadId" FROM before EXCEPT SELECT id, type, date, notes, "leadId" FROM after
        ) AS gone
        UNION
        SELECT "leadId" FROM (
          SELECT id, type, date, notes, "leadId" FROM after EXCEPT SELECT id, type, date, notes, "leadId" FROM before
        ) AS come
      ));
      RETURN NULL;
    END $$;
    CREATE TRIGGER "interactions_summaryFactsUpdated"
      AFTER UPDATE ON interactions REFERENCING OLD TABLE AS before NEW TABLE AS after
      FOR EACH STATEMENT EXECUTE FUNCTION interactions_summary_facts_updated();

    CREATE FUNCTION interactions_summary_facts_truncated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      UPDATE lead_summaries SET "mayBeStale" = true WHERE NOT "mayBeStale";
      RETURN NULL;
    END $$;
    CREATE TRIGGER "interactions_summaryFactsTruncated"
      AFTER TRUNCATE ON interactions
      FOR EACH STATEMENT EXECUTE FUNCTION interactions_summary_facts_truncated();

    DROP FUNCTION is_open_status(text);
    ALTER TABLE lead_scores DROP COLUMN "isOpen", DROP COLUMN "refreshAt", DROP COLUMN "retryAt";
    ALTER TABLE leads
      DROP COLUMN "lastInteractionAt",
      DROP COLUMN "nextInteractionAt",
      DROP COLUMN "nextContactAt",
      DROP COLUMN "outboundEmailCount",
      DROP COLUMN "meetingWeight",
      DROP COLUMN "callWeight",
      DROP COLUMN "emailWeight",
      DROP COLUMN "outboundEmailWeight",
      DROP COLUMN "scoreValidUntil",
      ALTER COLUMN "meetingCount" DROP DEFAULT,
      ALTER COLUMN "callCount" DROP DEFAULT,
      ALTER COLUMN "emailCount" DROP DEFAULT;
    ALTER TABLE rescore_runs
      DROP COLUMN "isVerification",
      DROP COLUMN "differenceCount",
      DROP COLUMN differences;
    ALTER TABLE summary_batches DROP COLUMN "includeClosed";
    ALTER TABLE interactions DROP COLUMN direction;
    DROP TYPE enum_interactions_direction`);
}
