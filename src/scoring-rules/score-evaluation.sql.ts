/** $1: the id of the rules, $2: horizonDays, $3: landmarkEvery, $4: evaluatedAt, $5: the report. */
export const SAVE_EVALUATION = `
  INSERT INTO score_evaluations ("rulesId", "horizonDays", "landmarkEvery", "evaluatedAt", report)
  VALUES ($1, $2, $3, $4, $5::jsonb)
  ON CONFLICT ("rulesId", "horizonDays", "landmarkEvery") DO UPDATE
  SET "evaluatedAt" = excluded."evaluatedAt", report = excluded.report
  WHERE excluded."evaluatedAt" >= score_evaluations."evaluatedAt"`;

/** Returns the latest evaluation of the rules in force that has figures. */
export const READ_WIN_RATES = `
  SELECT "evaluatedAt", "horizonDays", report #> '{figures,winRates}' AS rates
  FROM score_evaluations JOIN scoring_rules_in_force() AS rules ON rules.id = "rulesId"
  WHERE jsonb_typeof(report -> 'figures') = 'object'
  ORDER BY "evaluatedAt" DESC LIMIT 1`;
