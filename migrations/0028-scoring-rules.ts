import freeMailDomains from 'free-email-domains';
import type { MigrationContext } from '../src/database/migration.js';

/** The columns of a lead that contain its contact state, with the values of a lead without interactions. */
const EMPTY_STATE = {
  lastInteractionAt: 'NULL',
  lastContactAt: 'NULL',
  nextInteractionAt: 'NULL',
  nextContactAt: 'NULL',
  meetingCount: '0',
  callCount: '0',
  emailCount: '0',
  outboundEmailCount: '0',
  meetingWeight: '0',
  callWeight: '0',
  emailWeight: '0',
  outboundEmailWeight: '0',
} as const;

const STATE = Object.keys(EMPTY_STATE);

/** The columns that a calculated score fills. `scoreCalculatedAt` and `rulesVersion` are filled beside them. */
const POINTS = [
  'activityScore',
  'recencyPoints',
  'engagementPoints',
  'budgetPoints',
  'statusPoints',
  'fitPoints',
];
const SCORE = [...POINTS, 'scoreValidUntil'];

/** The columns that only the fit of a lead depends on. */
const FIT_ONLY = ['source', 'company', 'location', 'email'];

const list = (columns: readonly string[], prefix = ''): string =>
  columns.map((column) => `${prefix}"${column}"`).join(', ');

const differ = (columns: readonly string[]): string =>
  `(${list(columns, 'OLD.')}) IS DISTINCT FROM (${list(columns, 'NEW.')})`;

/** The rules of version 1: the constants of `score_of` until this migration. */
const VERSION_1 = {
  recency: { cap: 40, halfLifeDays: 14, horizonDays: 30 },
  engagement: {
    cap: 30,
    halfLifeDays: 30,
    halfCapPoints: 10,
    weights: { meeting: 5, call: 3, email: 1, outboundEmail: 0.2 },
  },
  budget: { cap: 20, halfCapBudget: 50000 },
  status: {
    cap: 10,
    points: [
      { status: 'new', points: 3 },
      { status: 'contacted', points: 5 },
      { status: 'qualified', points: 7 },
      { status: 'proposal', points: 8 },
      { status: 'negotiation', points: 9 },
      { status: 'won', points: 10 },
      { status: 'closed_won', points: 10 },
      { status: 'converted', points: 10 },
    ],
    otherwise: 3,
  },
  fit: { cap: 0, criteria: [] },
  lostScoresZero: true,
  bands: { hot: 70, warm: 40 },
};

const LOST = `'lost', 'closed_lost', 'disqualified', 'unqualified'`;

const KINDS = {
  meeting: `type = 'meeting'`,
  call: `type = 'call'`,
  email: `type = 'email' AND direction IS DISTINCT FROM 'outbound'`,
  outboundEmail: `type = 'email' AND direction = 'outbound'`,
} as const;

const IS_CONTACT = `(type <> 'email' OR direction IS DISTINCT FROM 'outbound')`;

const decayed = (weight: string, age: string, halfLife: string): string =>
  `decayed(${weight}, ${age}, ${halfLife})`;

/** Counts the interactions up to an instant, and adds up their weights as of `latest`, the latest of them. */
const sums = (isPast: string, halfLife: string): string =>
  [
    ...Object.entries(KINDS).map(
      ([kind, condition]) => `count(*) FILTER (WHERE ${isPast} AND ${condition})::integer AS "${kind}Count"`,
    ),
    ...Object.entries(KINDS).map(
      ([kind, condition]) =>
        `coalesce(sum(${decayed('1::float8', 'latest - date', halfLife)}) FILTER (WHERE ${isPast} AND ${condition}), 0::float8) AS "${kind}Weight"`,
    ),
  ].join(',\n          ');

/** Adds a weight as of `added.latest` to a weight of the lead as of its latest interaction. */
const addedWeight = (column: string, halfLife: string): string => {
  const latest = 'greatest(lead."lastInteractionAt", added.latest)';
  return `"${column}" = ${decayed(`lead."${column}"`, `${latest} - lead."lastInteractionAt"`, halfLife)}
          + ${decayed(`added."${column}"`, `${latest} - added.latest`, halfLife)}`;
};

const addedCount = (column: string): string =>
  `"${column}" = coalesce(lead."${column}", 0) + added."${column}"`;

/** The rows that this migration inserts: undoing it does not lose them. */
export const ownRows = { scoring_rules: 'version = 1', free_mail_domains: 'true' };

/**
 * Moves the parameters of the score into the database, as versioned rules. Version 1 has the values that were constants
 * before.
 *
 * - `scoring_rules` contains drafts (without a version) and published versions. The highest version is in force. Published
 *   rules never change.
 * - `parameters` is the typed form of the rules, which `score_of` reads. If a statement contains the rules as a literal,
 *   PostgreSQL evaluates `scoring_parameters_of` once and plans with constants, so rules cost nothing per lead.
 * - `fit_of` evaluates the fit criteria. The bits of `matches` are the matching criteria.
 * - The contact state of a lead has the half-life with which it was computed (`weightHalfLifeDays`). So the triggers of
 *   `interactions` add to it without the rules. If the half-life in force is another one, `leads_score` computes the
 *   state from the interactions.
 * - `rulesVersion` is the version that a stored score was calculated with. After a publication, transactions that began
 *   earlier may still commit scores of the previous version: `leads_scored_wrongly` finds them until the rules are settled.
 *   Only transactions with an id below `settlesAfter` can do so.
 *
 * The previous version of the server calls `score_of`, `contact_state_of` and `decayed` with fewer parameters. A later
 * migration can drop these functions.
 */
export async function up(context: MigrationContext): Promise<void> {
  await createRules(context);
  await createFormula(context);
  await context.run(`
    ALTER TABLE leads
      ADD COLUMN "fitPoints" smallint NOT NULL DEFAULT 0,
      ADD COLUMN "fitMatches" bigint NOT NULL DEFAULT 0,
      ADD COLUMN "rulesVersion" integer NOT NULL DEFAULT 1,
      ADD COLUMN "weightHalfLifeDays" double precision NOT NULL DEFAULT 30`);
  await createLeadTriggers(context);
  // Adds the new interactions to the contact state of their leads, without reading the old ones.
  await context.run(INTERACTIONS_INSERTED);
}

async function createRules(context: MigrationContext): Promise<void> {
  await context.run(`
    CREATE TYPE fit_criterion AS (field text, operator text, "values" text[], points double precision);
    CREATE TYPE scoring_parameters AS (
      "recencyCap" double precision, "recencyHalfLifeDays" double precision, "horizonDays" double precision,
      "engagementCap" double precision, "engagementHalfLifeDays" double precision, "halfCapPoints" double precision,
      "meetingWeight" double precision, "callWeight" double precision,
      "emailWeight" double precision, "outboundEmailWeight" double precision,
      "budgetCap" double precision, "halfCapBudget" double precision,
      "statusPoints" jsonb, "otherStatusPoints" double precision,
      "fitCap" double precision, criteria fit_criterion[],
      "lostScoresZero" boolean
    );

    -- The search path is fixed, because a restored database computes the column "parameters" without one.
    CREATE FUNCTION scoring_parameters_of(rules jsonb) RETURNS scoring_parameters
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
      SELECT ROW(
        rules #> '{recency,cap}', rules #> '{recency,halfLifeDays}', rules #> '{recency,horizonDays}',
        rules #> '{engagement,cap}', rules #> '{engagement,halfLifeDays}', rules #> '{engagement,halfCapPoints}',
        rules #> '{engagement,weights,meeting}', rules #> '{engagement,weights,call}',
        rules #> '{engagement,weights,email}', rules #> '{engagement,weights,outboundEmail}',
        rules #> '{budget,cap}', rules #> '{budget,halfCapBudget}',
        (
          SELECT coalesce(jsonb_object_agg(label_key(one ->> 'status'), one -> 'points'), '{}')
          FROM jsonb_array_elements(rules #> '{status,points}') AS one
        ),
        rules #> '{status,otherwise}',
        rules #> '{fit,cap}',
        (
          SELECT coalesce(array_agg(ROW(
            one ->> 'field', one ->> 'operator',
            ARRAY (
              SELECT CASE WHEN one ->> 'field' IN ('SOURCE', 'STATUS') THEN label_key(value) ELSE fold_text(value) END
              FROM jsonb_array_elements_text(one -> 'value') AS value
            ),
            one -> 'points'
          )::fit_criterion ORDER BY position), '{}')
          FROM jsonb_array_elements(rules #> '{fit,criteria}') WITH ORDINALITY AS criterion (one, position)
        ),
        rules -> 'lostScoresZero'
      )::scoring_parameters
    $$;

    CREATE TABLE scoring_rules (
      id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
      version integer UNIQUE,
      note text NOT NULL DEFAULT '',
      rules jsonb NOT NULL,
      parameters scoring_parameters NOT NULL GENERATED ALWAYS AS (scoring_parameters_of(rules)) STORED,
      "createdAt" timestamptz NOT NULL DEFAULT date_trunc('milliseconds', clock_timestamp()),
      "createdBy" text NOT NULL,
      "updatedAt" timestamptz NOT NULL DEFAULT date_trunc('milliseconds', clock_timestamp()),
      "updatedBy" text NOT NULL,
      "publishedAt" timestamptz,
      "publishedBy" text,
      "recalculationId" integer,
      "settlesAfter" xid8,
      "isSettled" boolean NOT NULL DEFAULT false,
      CHECK ((version IS NULL) = ("publishedAt" IS NULL))
    );
    CREATE FUNCTION scoring_rules_in_force() RETURNS SETOF scoring_rules LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 AS $$
      SELECT * FROM scoring_rules WHERE version IS NOT NULL ORDER BY version DESC LIMIT 1
    $$;

    CREATE FUNCTION scoring_rules_published() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF OLD.version IS NOT NULL AND (TG_OP = 'DELETE'
        OR (OLD.version, OLD.rules, OLD."publishedAt") IS DISTINCT FROM (NEW.version, NEW.rules, NEW."publishedAt")) THEN
        RAISE EXCEPTION 'Version % of the scoring rules is published and cannot be changed.', OLD.version
          USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END $$;
    CREATE TRIGGER scoring_rules_published
      BEFORE UPDATE OR DELETE ON scoring_rules FOR EACH ROW EXECUTE FUNCTION scoring_rules_published();

    INSERT INTO scoring_rules (version, rules, "createdBy", "updatedBy", "publishedAt", "publishedBy", "isSettled")
    VALUES (
      1, '${JSON.stringify(VERSION_1)}', 'migration', 'migration',
      date_trunc('milliseconds', clock_timestamp()), 'migration', true
    );

    CREATE TABLE free_mail_domains (domain text PRIMARY KEY);
    INSERT INTO free_mail_domains SELECT DISTINCT unnest('{${freeMailDomains.join(',')}}'::text[])`);
}

async function createFormula(context: MigrationContext): Promise<void> {
  await context.run(`
    CREATE FUNCTION decayed(weight double precision, age interval, half_life_days double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT CASE WHEN weight < 1e-60::float8 OR age IS NULL THEN 0::float8
        ELSE weight * power(2::float8, greatest(date_part('epoch', age) / (-86400::float8 * half_life_days), -300::float8)) END
    $$;

    -- The points of the fit criteria that a lead meets, limited to 0 to the cap. Bit n of "matches" is set if the criterion at
    -- index n matches.
    CREATE FUNCTION fit_of(
      rules scoring_parameters, source text, company text, location text, email_domain text, status text, budget numeric
    ) RETURNS TABLE (points double precision, matches bigint) LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT greatest(0::float8, least(($1)."fitCap", coalesce(sum(criterion.points), 0::float8))),
        coalesce(bit_or(1::bigint << (criterion.position::int - 1)), 0)
      FROM (
        SELECT label_key($2) AS source, fold_text($3) AS company, fold_text($4) AS location,
          fold_text($5) AS email_domain, label_key($6) AS status,
          CASE WHEN $7 > 0 AND $7 <> 'NaN' THEN $7 END AS budget
        OFFSET 0
      ) AS lead
      CROSS JOIN unnest(($1).criteria) WITH ORDINALITY AS criterion (field, operator, "values", points, position)
      CROSS JOIN LATERAL (
        SELECT CASE criterion.field WHEN 'SOURCE' THEN lead.source WHEN 'COMPANY' THEN lead.company
          WHEN 'LOCATION' THEN lead.location WHEN 'EMAIL_DOMAIN' THEN lead.email_domain
          WHEN 'STATUS' THEN lead.status END AS value
      ) AS field
      WHERE ($1)."fitCap" > 0::float8 AND CASE criterion.operator
        WHEN 'EQUALS' THEN CASE criterion.field WHEN 'BUDGET' THEN lead.budget = criterion."values"[1]::numeric
          ELSE field.value = criterion."values"[1] END
        WHEN 'IN' THEN CASE criterion.field WHEN 'BUDGET' THEN lead.budget = ANY (criterion."values"::numeric[])
          ELSE field.value = ANY (criterion."values") END
        WHEN 'CONTAINS' THEN strpos(field.value, criterion."values"[1]) > 0
        WHEN 'AT_LEAST' THEN lead.budget >= criterion."values"[1]::numeric
        WHEN 'IS_FREE_MAIL' THEN EXISTS (SELECT FROM free_mail_domains WHERE domain = field.value)
        WHEN 'IS_MISSING' THEN CASE criterion.field WHEN 'BUDGET' THEN lead.budget IS NULL
          ELSE coalesce(field.value, '') = '' END
      END
    $$;

    -- The score of docs/scoring.md at an instant, from a lead's budget, status, contact state and fit points. The state has
    -- to match the instant: its latest interaction is not later, and its next planned interaction is. It has to have the
    -- half-life of the rules. "OFFSET 0" keeps PostgreSQL from calculating a value again wherever the next level uses it.
    CREATE FUNCTION score_of(
      at timestamptz, budget numeric, status text,
      "lastInteractionAt" timestamptz, "lastContactAt" timestamptz,
      "nextInteractionAt" timestamptz, "nextContactAt" timestamptz,
      "meetingWeight" double precision, "callWeight" double precision,
      "emailWeight" double precision, "outboundEmailWeight" double precision,
      fit double precision, rules scoring_parameters
    ) RETURNS TABLE (
      "activityScore" integer, "recencyPoints" smallint, "engagementPoints" smallint, "budgetPoints" smallint,
      "statusPoints" smallint, "fitPoints" smallint, "scoreValidUntil" timestamptz
    ) LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT total,
        -- The points still missing go one each to the largest remainders; a tie goes to the factor listed first.
        (r_floor + (1 + (e > r)::int + (b > r)::int + (s > r)::int + (f > r)::int <= missing)::int)::smallint,
        (e_floor + (1 + (r >= e)::int + (b > e)::int + (s > e)::int + (f > e)::int <= missing)::int)::smallint,
        (b_floor + (1 + (r >= b)::int + (e >= b)::int + (s > b)::int + (f > b)::int <= missing)::int)::smallint,
        (s_floor + (1 + (r >= s)::int + (e >= s)::int + (b >= s)::int + (f > s)::int <= missing)::int)::smallint,
        (f_floor + (1 + (r >= f)::int + (e >= f)::int + (b >= f)::int + (s >= f)::int <= missing)::int)::smallint,
        least(
          $6,
          CASE WHEN NOT is_planned THEN $7 - ($13)."horizonDays" * interval '86400 s' END,
          CASE WHEN slope > 1e-9::float8
            THEN $1 + least((exact - (total - 0.5::float8)) / slope, 36500::float8) * interval '86400 s'
            ELSE 'infinity' END
        )
      FROM (
        SELECT *, total - r_floor - e_floor - b_floor - s_floor - f_floor AS missing,
          recency - r_floor AS r, engagement - e_floor AS e, budget - b_floor AS b, status - s_floor AS s, fit - f_floor AS f
        FROM (
          SELECT *,
            floor(recency)::int AS r_floor, floor(engagement)::int AS e_floor,
            floor(budget)::int AS b_floor, floor(status)::int AS s_floor, floor(fit)::int AS f_floor,
            recency + engagement + budget + status + fit AS exact,
            least(100, greatest(0, floor(recency + engagement + budget + status + fit + 0.5::float8)))::int AS total
          FROM (
            SELECT is_planned, weight * recency AS recency,
              weight * ($13)."engagementCap"
                * (1::float8 - power(2::float8, greatest(weighted / -($13)."halfCapPoints", -1000::float8))) AS engagement,
              CASE WHEN amount > 0::float8 AND amount <> 'NaN'::float8
                THEN weight * ($13)."budgetCap"
                  * (1::float8 - power(2::float8, greatest(amount / -($13)."halfCapBudget", -1000::float8)))
                ELSE 0::float8 END AS budget,
              weight * status AS status,
              weight * $12 AS fit,
              -- The fastest that the total falls from here on, in points a day.
              weight * (
                CASE WHEN is_planned THEN 0::float8 ELSE recency * ln(2::float8) / ($13)."recencyHalfLifeDays" END
                + ($13)."engagementCap" * ln(2::float8) / ($13)."engagementHalfLifeDays"
                  * CASE WHEN weighted * ln(2::float8) < ($13)."halfCapPoints"
                    THEN weighted * ln(2::float8) / ($13)."halfCapPoints"
                      * exp(weighted * ln(2::float8) / -($13)."halfCapPoints")
                    ELSE exp(-1::float8) END
              ) AS slope
            FROM (
              SELECT *,
                CASE WHEN is_planned THEN ($13)."recencyCap" WHEN $5 IS NULL THEN 0::float8
                  ELSE ($13)."recencyCap" * power(2::float8,
                    greatest(date_part('epoch', $1 - $5) / (-86400::float8 * ($13)."recencyHalfLifeDays"), -1000::float8))
                  END AS recency,
                coalesce((($13)."statusPoints" -> key)::float8, ($13)."otherStatusPoints") AS status,
                CASE WHEN ($13)."lostScoresZero" AND key IN (${LOST}) THEN 0::float8 ELSE 1::float8 END AS weight
              FROM (
                SELECT label_key($3) AS key, $2::float8 AS amount,
                  coalesce($7 - ($13)."horizonDays" * interval '86400 s' <= $1, false) AS is_planned,
                  CASE WHEN $4 IS NULL THEN 0::float8
                    ELSE (($13)."meetingWeight" * $8 + ($13)."callWeight" * $9
                        + ($13)."emailWeight" * $10 + ($13)."outboundEmailWeight" * $11)
                      * power(2::float8,
                        greatest(date_part('epoch', $1 - $4) / (-86400::float8 * ($13)."engagementHalfLifeDays"), -300::float8))
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
    CREATE FUNCTION contact_state_of(lead_id integer, at timestamptz, half_life_days double precision) RETURNS TABLE (
      "lastInteractionAt" timestamptz, "lastContactAt" timestamptz,
      "nextInteractionAt" timestamptz, "nextContactAt" timestamptz,
      "meetingCount" integer, "callCount" integer, "emailCount" integer, "outboundEmailCount" integer,
      "meetingWeight" double precision, "callWeight" double precision,
      "emailWeight" double precision, "outboundEmailWeight" double precision
    ) LANGUAGE sql STABLE PARALLEL SAFE AS $$
      SELECT max(latest), max(date) FILTER (WHERE date <= $2 AND ${IS_CONTACT}),
        min(date) FILTER (WHERE date > $2), min(date) FILTER (WHERE date > $2 AND ${IS_CONTACT}),
        ${sums('date <= $2', '$3')}
      FROM (
        SELECT *, max(date) FILTER (WHERE date <= $2) OVER () AS latest
        FROM interactions WHERE "leadId" = $1 AND isfinite(date)
      ) AS finite
    $$`);
}

async function createLeadTriggers(context: MigrationContext): Promise<void> {
  const inputs = ['budget', 'status', ...STATE, 'weightHalfLifeDays'];
  await context.run(`
    -- An interaction of this very moment has taken place, so the instant is rounded up to a whole millisecond if that is
    -- what it takes for the score to count it.
    CREATE OR REPLACE FUNCTION leads_score() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
      as_of timestamptz := nullif(current_setting('lead_scoring.as_of', true), '')::timestamptz;
      moment timestamptz := clock_timestamp();
      at timestamptz := coalesce(as_of, date_trunc('milliseconds', moment));
      rules record;
      parameters scoring_parameters;
      fit double precision := 0;
    BEGIN
      SELECT in_force.parameters, in_force.version INTO rules FROM scoring_rules_in_force() AS in_force;
      parameters := rules.parameters;
      -- Without fit criteria the score does not depend on the other columns.
      IF parameters."fitCap" = 0 AND NEW."nextInteractionAt" IS DISTINCT FROM '-infinity' AND NOT ${differ(inputs)} THEN
        RETURN NEW;
      END IF;
      IF as_of IS NULL AND NEW."lastInteractionAt" > at AND NEW."lastInteractionAt" <= moment THEN
        at := at + interval '1 millisecond';
      END IF;
      IF NEW."nextInteractionAt" <= at OR NEW."lastInteractionAt" > at
        OR NEW."weightHalfLifeDays" <> parameters."engagementHalfLifeDays" THEN
        SELECT * INTO ${list(STATE, 'NEW.')}
        FROM contact_state_of(NEW.id, at, parameters."engagementHalfLifeDays");
        NEW."weightHalfLifeDays" := parameters."engagementHalfLifeDays";
      END IF;
      IF as_of IS NULL THEN
        IF parameters."fitCap" > 0 THEN
          SELECT * INTO fit, NEW."fitMatches" FROM fit_of(
            parameters, NEW.source, NEW.company, NEW.location, email_domain(NEW.email), NEW.status, NEW.budget
          );
        ELSE
          NEW."fitMatches" := 0;
        END IF;
        SELECT * INTO ${list(SCORE, 'NEW.')}
        FROM score_of(
          at, NEW.budget, NEW.status, NEW."lastInteractionAt", NEW."lastContactAt", NEW."nextInteractionAt",
          NEW."nextContactAt", NEW."meetingWeight", NEW."callWeight", NEW."emailWeight", NEW."outboundEmailWeight",
          fit, parameters
        );
        NEW."scoreCalculatedAt" := at;
        NEW."rulesVersion" := rules.version;
        -- For earlier versions of the server: the score was not made with their parameters.
        NEW."scoreParameters" := NULL;
      END IF;
      RETURN NEW;
    END $$;
    DROP TRIGGER leads_score ON leads;
    CREATE TRIGGER leads_score
      BEFORE UPDATE OF ${list([...inputs, ...FIT_ONLY])} ON leads
      FOR EACH ROW
      WHEN (${differ([...inputs, ...FIT_ONLY])} OR NEW."nextInteractionAt" = '-infinity')
      EXECUTE FUNCTION leads_score();

    DROP TRIGGER "leads_foreignState" ON leads;
    CREATE TRIGGER "leads_foreignState"
      BEFORE UPDATE OF ${list([...STATE, 'weightHalfLifeDays'])} ON leads
      FOR EACH ROW
      WHEN (coalesce(current_setting('lead_scoring.as_of', true), '') = ''
        AND ${differ([...STATE, 'weightHalfLifeDays'])})
      EXECUTE FUNCTION leads_foreign_state();

    DROP TRIGGER "leads_foreignScore" ON leads;
    CREATE TRIGGER "leads_foreignScore"
      BEFORE UPDATE OF ${list([...POINTS, 'fitMatches', 'rulesVersion'])} ON leads
      FOR EACH ROW
      WHEN (coalesce(current_setting('lead_scoring.as_of', true), '') = ''
        AND ${differ([...POINTS, 'fitMatches', 'rulesVersion'])})
      EXECUTE FUNCTION leads_foreign_score();

    ${leadScoresUpdated(POINTS)};

    -- Returns leads whose score is dated in the future, or was calculated with other rules than those in force, while there
    -- may be any. A function, because PostgreSQL would plan for reading all leads, which is hardly ever necessary.
    CREATE FUNCTION leads_scored_wrongly() RETURNS SETOF integer
    LANGUAGE plpgsql STABLE ROWS 10 SET search_path FROM CURRENT AS $$
    DECLARE
      unsettled integer := (SELECT version FROM scoring_rules_in_force() WHERE NOT "isSettled");
    BEGIN
      RETURN QUERY SELECT leads_scored_in_the_future();
      IF unsettled IS NOT NULL THEN
        RETURN QUERY SELECT id FROM leads WHERE "rulesVersion" <> unsettled AND "scoreCalculatedAt" IS NOT NULL;
      END IF;
    END $$`);
}

const INTERACTIONS_INSERTED = `
    CREATE OR REPLACE FUNCTION interactions_inserted() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
      at timestamptz := coalesce(nullif(current_setting('lead_scoring.as_of', true), '')::timestamptz, clock_timestamp());
      lead_ids integer[] := ARRAY (SELECT DISTINCT "leadId" FROM inserted);
    BEGIN
      -- Several interactions are added up with the half-life of their lead, which must not change in the meantime.
      IF (SELECT count(*) FROM inserted) > 1 THEN PERFORM lock_leads(lead_ids); END IF;
      UPDATE leads AS lead
      SET "lastInteractionAt" = greatest(lead."lastInteractionAt", added.latest),
        "lastContactAt" = greatest(lead."lastContactAt", added."lastContactAt"),
        "nextInteractionAt" = least(lead."nextInteractionAt", added."nextInteractionAt"),
        "nextContactAt" = least(lead."nextContactAt", added."nextContactAt"),
        ${STATE.filter((column) => column.endsWith('Count'))
          .map(addedCount)
          .join(', ')},
        ${STATE.filter((column) => column.endsWith('Weight'))
          .map((column) => addedWeight(column, 'lead."weightHalfLifeDays"'))
          .join(', ')}
      FROM (
        SELECT "leadId", latest,
          max(date) FILTER (WHERE date <= at AND ${IS_CONTACT}) AS "lastContactAt",
          min(date) FILTER (WHERE date > at) AS "nextInteractionAt",
          min(date) FILTER (WHERE date > at AND ${IS_CONTACT}) AS "nextContactAt",
          ${sums('date <= at', 'half_life_days')}
        FROM (
          SELECT inserted.*, max(date) FILTER (WHERE date <= at) OVER (PARTITION BY "leadId") AS latest
            , leads."weightHalfLifeDays" AS half_life_days
          FROM inserted JOIN leads ON leads.id = "leadId"
          WHERE isfinite(date)
        ) AS finite
        GROUP BY "leadId", latest
      ) AS added
      WHERE lead.id = added."leadId" AND lead.id = ANY (lead_ids);
      UPDATE lead_summaries SET "mayBeStale" = true WHERE "leadId" = ANY (lead_ids) AND NOT "mayBeStale";
      RETURN NULL;
    END $$`;

/** @param points the score and its parts */
const leadScoresUpdated = ([score = '', ...parts]: readonly string[]): string => `
    -- A score that another program or an earlier version of the server has written is evaluated at once, as is one that is
    -- dated in the future.
    CREATE OR REPLACE FUNCTION lead_scores_updated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
      is_ours boolean := NEW."scoreParameters" IS NULL
        AND NEW."scoreCalculatedAt" <= clock_timestamp() + interval '1 second'
        AND NEW."${score}" = ${parts.map((column) => `NEW."${column}"`).join(' + ')};
    BEGIN
      UPDATE lead_scores
      SET score = NEW."activityScore", "validFrom" = coalesce(NEW."scoreCalculatedAt", '-infinity'),
        "refreshAt" = CASE WHEN is_ours THEN coalesce(NEW."scoreValidUntil", '-infinity') ELSE '-infinity' END,
        "retryAt" = NULL
      WHERE "leadId" = NEW.id;
      RETURN NULL;
    END $$`;

/** Restores the functions and triggers of 0020, 0022 and 0024. The scores stay, and are calculated again. */
export async function down(context: MigrationContext): Promise<void> {
  const inputs = ['budget', 'status', ...STATE];
  const points = POINTS.filter((column) => column !== 'fitPoints');
  await context.run(`
    DROP FUNCTION leads_scored_wrongly();
    DROP TRIGGER leads_score ON leads;
    DROP TRIGGER "leads_foreignState" ON leads;
    DROP TRIGGER "leads_foreignScore" ON leads;
    CREATE TRIGGER "leads_foreignState"
      BEFORE UPDATE OF ${list(STATE)} ON leads
      FOR EACH ROW
      WHEN (coalesce(current_setting('lead_scoring.as_of', true), '') = '' AND ${differ(STATE)})
      EXECUTE FUNCTION leads_foreign_state();
    CREATE TRIGGER "leads_foreignScore"
      BEFORE UPDATE OF ${list(points)} ON leads
      FOR EACH ROW
      WHEN (coalesce(current_setting('lead_scoring.as_of', true), '') = '' AND ${differ(points)})
      EXECUTE FUNCTION leads_foreign_score();

    CREATE OR REPLACE FUNCTION leads_score() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
      as_of timestamptz := nullif(current_setting('lead_scoring.as_of', true), '')::timestamptz;
      moment timestamptz := clock_timestamp();
      at timestamptz := coalesce(as_of, date_trunc('milliseconds', moment));
    BEGIN
      IF as_of IS NULL AND NEW."lastInteractionAt" > at AND NEW."lastInteractionAt" <= moment THEN
        at := at + interval '1 millisecond';
      END IF;
      IF NEW."nextInteractionAt" <= at OR NEW."lastInteractionAt" > at THEN
        SELECT * INTO NEW."lastInteractionAt", NEW."lastContactAt", NEW."nextInteractionAt", NEW."nextContactAt", NEW."meetingCount", NEW."callCount", NEW."emailCount", NEW."outboundEmailCount", NEW."meetingWeight", NEW."callWeight", NEW."emailWeight", NEW."outboundEmailWeight"
        FROM contact_state_of(NEW.id, at);
      END IF;
      IF as_of IS NULL THEN
        SELECT * INTO NEW."activityScore", NEW."recencyPoints", NEW."engagementPoints", NEW."budgetPoints", NEW."statusPoints", NEW."scoreValidUntil"
        FROM score_of(at, NEW.budget, NEW.status, NEW."lastInteractionAt", NEW."lastContactAt", NEW."nextInteractionAt", NEW."nextContactAt", NEW."meetingWeight", NEW."callWeight", NEW."emailWeight", NEW."outboundEmailWeight");
        NEW."scoreCalculatedAt" := at;
        -- For the previous version: the score was not made with its parameters.
        NEW."scoreParameters" := NULL;
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER leads_score
      BEFORE UPDATE OF ${list(inputs)} ON leads
      FOR EACH ROW
      WHEN (${differ(inputs)} OR NEW."nextInteractionAt" = '-infinity')
      EXECUTE FUNCTION leads_score();

    ${leadScoresUpdated(points)};

    -- States with another half-life become unknown, and scores of other rules are evaluated again.
    UPDATE leads SET "nextInteractionAt" = '-infinity'
    WHERE "weightHalfLifeDays" <> 30 OR "rulesVersion" <> 1;

    DROP FUNCTION contact_state_of(integer, timestamptz, double precision);
    DROP FUNCTION score_of(timestamptz, numeric, text, timestamptz, timestamptz, timestamptz, timestamptz,
      double precision, double precision, double precision, double precision, double precision, scoring_parameters);
    DROP FUNCTION fit_of(scoring_parameters, text, text, text, text, text, numeric);
    DROP TABLE free_mail_domains;
    DROP FUNCTION scoring_rules_in_force();
    DROP TABLE scoring_rules;
    DROP FUNCTION scoring_rules_published();
    DROP FUNCTION scoring_parameters_of(jsonb);
    DROP TYPE scoring_parameters;
    DROP TYPE fit_criterion`);
  await context.run(`
    CREATE OR REPLACE FUNCTION interactions_inserted() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
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
        "meetingCount" = coalesce(lead."meetingCount", 0) + added."meetingCount", "callCount" = coalesce(lead."callCount", 0) + added."callCount", "emailCount" = coalesce(lead."emailCount", 0) + added."emailCount", "outboundEmailCount" = coalesce(lead."outboundEmailCount", 0) + added."outboundEmailCount",
        
  "meetingWeight" =
    decayed(lead."meetingWeight", greatest(lead."lastInteractionAt", added.latest) - lead."lastInteractionAt")
    + decayed(added."meetingWeight", greatest(lead."lastInteractionAt", added.latest) - added.latest), 
  "callWeight" =
    decayed(lead."callWeight", greatest(lead."lastInteractionAt", added.latest) - lead."lastInteractionAt")
    + decayed(added."callWeight", greatest(lead."lastInteractionAt", added.latest) - added.latest), 
  "emailWeight" =
    decayed(lead."emailWeight", greatest(lead."lastInteractionAt", added.latest) - lead."lastInteractionAt")
    + decayed(added."emailWeight", greatest(lead."lastInteractionAt", added.latest) - added.latest), 
  "outboundEmailWeight" =
    decayed(lead."outboundEmailWeight", greatest(lead."lastInteractionAt", added.latest) - lead."lastInteractionAt")
    + decayed(added."outboundEmailWeight", greatest(lead."lastInteractionAt", added.latest) - added.latest)
      FROM (
        SELECT "leadId", latest,
          max(date) FILTER (WHERE date <= at AND (type <> 'email' OR direction IS DISTINCT FROM 'outbound')) AS "lastContactAt",
          min(date) FILTER (WHERE date > at) AS "nextInteractionAt",
          min(date) FILTER (WHERE date > at AND (type <> 'email' OR direction IS DISTINCT FROM 'outbound')) AS "nextContactAt",
          count(*) FILTER (WHERE date <= at AND type = 'meeting')::integer AS "meetingCount",
          count(*) FILTER (WHERE date <= at AND type = 'call')::integer AS "callCount",
          count(*) FILTER (WHERE date <= at AND type = 'email' AND direction IS DISTINCT FROM 'outbound')::integer AS "emailCount",
          count(*) FILTER (WHERE date <= at AND type = 'email' AND direction = 'outbound')::integer AS "outboundEmailCount",
          coalesce(sum(decayed(1::float8, latest - date)) FILTER (WHERE date <= at AND type = 'meeting'), 0::float8) AS "meetingWeight",
          coalesce(sum(decayed(1::float8, latest - date)) FILTER (WHERE date <= at AND type = 'call'), 0::float8) AS "callWeight",
          coalesce(sum(decayed(1::float8, latest - date)) FILTER (WHERE date <= at AND type = 'email' AND direction IS DISTINCT FROM 'outbound'), 0::float8) AS "emailWeight",
          coalesce(sum(decayed(1::float8, latest - date)) FILTER (WHERE date <= at AND type = 'email' AND direction = 'outbound'), 0::float8) AS "outboundEmailWeight"
        FROM (
          SELECT *, max(date) FILTER (WHERE date <= at) OVER (PARTITION BY "leadId") AS latest
          FROM inserted WHERE isfinite(date)
        ) AS finite
        GROUP BY "leadId", latest
      ) AS added
      WHERE lead.id = added."leadId" AND lead.id = ANY (lead_ids);
      UPDATE lead_summaries SET "mayBeStale" = true WHERE "leadId" = ANY (lead_ids) AND NOT "mayBeStale";
      RETURN NULL;
    END $$`);
  await context.run(`
    DROP FUNCTION decayed(double precision, interval, double precision);
    ALTER TABLE leads
      DROP COLUMN "fitPoints",
      DROP COLUMN "fitMatches",
      DROP COLUMN "rulesVersion",
      DROP COLUMN "weightHalfLifeDays"`);
}
