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
 * Whether the contact state of a lead does not match an instant: a planned interaction is no longer planned,
 * the state is of a later instant, or the state is unknown.
 */
export const needsNewState = (lead: string, at: string): string =>
  `(${lead}."nextInteractionAt" <= ${at} OR ${lead}."lastInteractionAt" > ${at}) IS TRUE`;

/**
 * Returns SQL for the score of a lead, calculated from its row alone.
 * @param at SQL for the instant, which the contact state must match
 */
export const scoreOf = (lead: string, at: string): string =>
  `score_of(${at}, ${lead}.budget, ${lead}.status, ${stateOf(lead)})`;

/** Returns SQL for the score that a recalculation at an instant would store for a lead. */
export const scoreNumberAt = (lead: string, at: string): string => `(
    SELECT score."activityScore"
    FROM (
      SELECT ${stateOf(lead)} WHERE NOT ${needsNewState(lead, at)}
      UNION ALL
      SELECT ${stateOf('state')} FROM contact_state_of(${lead}.id, ${at}) AS state WHERE ${needsNewState(lead, at)}
    ) AS state (${STATE_COLUMNS.map((column) => `"${column}"`).join(', ')}),
    score_of(${at}, ${lead}.budget, ${lead}.status, ${stateOf('state')}) AS score
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

/** Scores leads from their rows. The caller appends a condition on `leads`. */
export const setScores = (at: string): string => `
  UPDATE leads
  SET ("activityScore", "recencyPoints", "engagementPoints", "budgetPoints", "statusPoints", "scoreValidUntil") =
        (SELECT * FROM ${scoreOf('leads', at)}),
      "scoreCalculatedAt" = ${at}, "scoreParameters" = NULL`;
