import { escapeLiteral } from 'pg';
import { selectFitOf } from './fit.sql.js';
import type { ScoringRules } from './scoring-rules.js';

/** SQL for the rules that a statement scores with. */
export interface RulesInSql {
  /** A row `rules` with the column `parameters`, for the FROM clause. */
  readonly row: string;
  readonly version: string;
  readonly engagementHalfLifeDays: string;
  /** Null: only the database knows. */
  readonly fit: ScoringRules['fit'] | null;
}

/** The rules in force when PostgreSQL executes the statement. */
export const RULES_IN_FORCE: RulesInSql = {
  row: 'scoring_rules_in_force() AS rules',
  version: '(SELECT version FROM scoring_rules_in_force())',
  engagementHalfLifeDays: '(SELECT (parameters)."engagementHalfLifeDays" FROM scoring_rules_in_force())',
  fit: null,
};

/**
 * Returns rules as constants, with which PostgreSQL plans. The statement must not have bind parameters, because
 * texts of the rules may look like placeholders.
 */
export const rulesAsLiteral = (rules: ScoringRules, version: number): RulesInSql => ({
  row: `(SELECT scoring_parameters_of(${escapeLiteral(JSON.stringify(rules))}::jsonb) AS parameters) AS rules`,
  version: String(version),
  engagementHalfLifeDays: `${rules.engagement.halfLifeDays}::float8`,
  fit: rules.fit,
});

/** The columns of a lead's contact state that `score_of` reads, in the order of its parameters. */
const STATE_COLUMNS = [
  'lastInteractionAt',
  'lastContactAt',
  'nextInteractionAt',
  'nextContactAt',
  'meetingWeight',
  'callWeight',
  'emailWeight',
  'outboundEmailWeight',
] as const;

const TIMES = ['lastInteractionAt', 'lastContactAt', 'nextInteractionAt', 'nextContactAt'];
const KINDS = ['meeting', 'call', 'email', 'outboundEmail'];

/** Whether two contact states differ by more than rounding errors of their weights. */
export const statesDiffer = (one: string, other: string): string => {
  const exact = [...TIMES, ...KINDS.map((kind) => `${kind}Count`)];
  const columnsOf = (row: string) => exact.map((column) => `${row}."${column}"`).join(', ');
  const isFar = KINDS.map(
    (kind) =>
      `abs(${one}."${kind}Weight" - ${other}."${kind}Weight") > 1e-9::float8 * (1::float8 + ${other}."${kind}Weight")`,
  );
  return `((${columnsOf(one)}) IS DISTINCT FROM (${columnsOf(other)}) OR ${isFar.join(' OR ')})`;
};

const stateOf = (row: string): string => STATE_COLUMNS.map((column) => `${row}."${column}"`).join(', ');

/**
 * Whether the contact state of a lead does not match an instant or the rules: a planned interaction is no longer
 * planned, the state is of a later instant, it has another half-life, or it is unknown.
 */
export const needsNewState = (lead: string, at: string, rules: RulesInSql): string =>
  `(${lead}."nextInteractionAt" <= ${at} OR ${lead}."lastInteractionAt" > ${at}
      OR ${lead}."weightHalfLifeDays" <> ${rules.engagementHalfLifeDays}) IS TRUE`;

const fitOf = (lead: string, parameters: string, emailDomain: string): string =>
  `fit_of(${parameters}, ${lead}.source, ${lead}.company, ${lead}.location, ${emailDomain}, ${lead}.status, ${lead}.budget)`;

/**
 * Returns SQL for a query of one row: the points of the fit criteria, and their matches. It follows a row `rules` with
 * the column `parameters`. Rules without fit criteria cost nothing.
 */
export function selectFit(
  lead: string,
  { fit }: RulesInSql,
  emailDomain = `email_domain(${lead}.email)`,
): string {
  if (fit?.cap === 0) return 'SELECT 0::float8 AS points, 0::bigint AS matches';
  if (fit !== null) return selectFitOf(fit.cap, fit.criteria, lead, emailDomain);
  return `
    SELECT points, matches FROM ${fitOf(lead, 'rules.parameters', emailDomain)} WHERE (rules.parameters)."fitCap" > 0
    UNION ALL SELECT 0, 0 WHERE (rules.parameters)."fitCap" = 0`;
}

/** The half-life in a row `rules`. PostgreSQL inlines functions with a column as argument, but not with a subquery. */
const inRow = (rules: RulesInSql): RulesInSql => ({
  ...rules,
  engagementHalfLifeDays: '(rules.parameters)."engagementHalfLifeDays"',
});

const scored = (lead: string, at: string, rules: RulesInSql, state: string): string => `
    CROSS JOIN LATERAL (${selectFit(lead, rules)}) AS fit
    CROSS JOIN LATERAL score_of(${at}, ${lead}.budget, ${lead}.status, ${stateOf(state)}, fit.points, rules.parameters) AS score`;

/**
 * Returns SQL for a query of one row: the score of a lead, with the columns of `score_of`, and `fitMatches`.
 * @param at SQL for the instant, which the contact state must match
 * @param state the name of the row with the contact state
 */
export const selectScore = (lead: string, at: string, rules: RulesInSql, state = lead): string => `
    SELECT score.*, fit.matches AS "fitMatches" FROM ${rules.row} ${scored(lead, at, rules, state)}`;

/** Returns SQL for the score that a recalculation at an instant would store for a lead. */
export const scoreNumberAt = (lead: string, at: string, rules: RulesInSql): string => `(
    SELECT score."activityScore"
    FROM ${rules.row}
    CROSS JOIN LATERAL (
      SELECT ${stateOf(lead)} WHERE NOT ${needsNewState(lead, at, inRow(rules))}
      UNION ALL
      SELECT ${stateOf('state')} FROM contact_state_of(${lead}.id, ${at}, (rules.parameters)."engagementHalfLifeDays") AS state
      WHERE ${needsNewState(lead, at, inRow(rules))}
    ) AS state (${STATE_COLUMNS.map((column) => `"${column}"`).join(', ')})
    ${scored(lead, at, rules, 'state')}
  )`;

/**
 * Whether a score must be replaced: it is missing, older than the instant, or dated in the future. A score
 * between the instant and now is fresher, because another transaction has written it in the meantime.
 */
export const isDue = (lead: string, at: string): string =>
  `(${lead}."scoreCalculatedAt" IS NULL OR ${lead}."scoreCalculatedAt" < ${at}
      OR ${lead}."scoreCalculatedAt" > clock_timestamp() + interval '1 second')`;

/**
 * Makes the trigger `leads_score` read the contact state of leads from their interactions. The trigger also
 * scores the leads, unless `lead_scoring.as_of` is set.
 */
export const RENEW_STATE = `UPDATE leads SET "nextInteractionAt" = '-infinity'`;

/** The columns that a score fills, in the order of `selectScore`. `scoreCalculatedAt` and `rulesVersion` are beside them. */
export const SCORE_COLUMNS = [
  'activityScore',
  'recencyPoints',
  'engagementPoints',
  'budgetPoints',
  'statusPoints',
  'fitPoints',
  'scoreValidUntil',
  'fitMatches',
] as const;

/** Scores leads from their rows. The caller appends a condition on `leads`. */
export const setScores = (at: string, rules: RulesInSql): string => `
  UPDATE leads
  SET (${SCORE_COLUMNS.map((column) => `"${column}"`).join(', ')}) = (${selectScore('leads', at, rules)}),
      "scoreCalculatedAt" = ${at}, "rulesVersion" = ${rules.version}, "scoreParameters" = NULL`;
