/**
 * The instant that a score is measured at, from the clock that all replicas share. Whole milliseconds, which
 * is what a JavaScript date holds: the score must be the same from the value that is stored.
 */
export const READ_CLOCK = `SELECT date_trunc('milliseconds', clock_timestamp()) AS "asOf"`;

/**
 * $1: lead ids. Locks the leads, in one order for all, and reads what their scores rest on. FOR NO KEY UPDATE
 * lets others insert interactions that refer to them meanwhile: those rescore the lead after us.
 */
export const LOCK_LEADS = `
  SELECT id, budget::float8 AS budget, coalesce(status, '') AS status, "scoreCalculatedAt"
  FROM leads
  WHERE id = ANY($1::int[])
  ORDER BY id
  FOR NO KEY UPDATE`;

/** $1: lead ids, $2: the latest date that counts. A date of -infinity is infinitely long ago: it adds nothing. */
export const READ_INTERACTIONS = `
  SELECT "leadId", type::text AS type, date
  FROM interactions
  WHERE "leadId" = ANY($1::int[]) AND date <= $2 AND isfinite(date)`;

/**
 * One array a column, one element a lead. A score that is fresher than ours stays. `updatedAt` is left alone:
 * it says when somebody changed the lead.
 */
export const SAVE_SCORES = `
  UPDATE leads AS lead
  SET "activityScore" = fresh."activityScore",
      "scoreCalculatedAt" = fresh."scoreCalculatedAt",
      "recencyPoints" = fresh."recencyPoints",
      "engagementPoints" = fresh."engagementPoints",
      "budgetPoints" = fresh."budgetPoints",
      "statusPoints" = fresh."statusPoints",
      "lastContactAt" = fresh."lastContactAt",
      "meetingCount" = fresh."meetingCount",
      "callCount" = fresh."callCount",
      "emailCount" = fresh."emailCount"
  FROM unnest(
    $1::int[], $2::int[], $3::timestamptz[], $4::smallint[], $5::smallint[], $6::smallint[], $7::smallint[],
    $8::timestamptz[], $9::int[], $10::int[], $11::int[]
  ) AS fresh (
    id, "activityScore", "scoreCalculatedAt", "recencyPoints", "engagementPoints", "budgetPoints", "statusPoints",
    "lastContactAt", "meetingCount", "callCount", "emailCount"
  )
  WHERE lead.id = fresh.id
    AND (lead."scoreCalculatedAt" IS NULL OR lead."scoreCalculatedAt" <= fresh."scoreCalculatedAt")
  RETURNING lead.id`;
