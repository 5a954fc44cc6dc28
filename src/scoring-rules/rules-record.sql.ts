const COLUMNS = `id, version, note, rules, "createdAt", "createdBy", "updatedAt", "updatedBy", "publishedAt",
  "publishedBy", "recalculationId"`;

/** $1: the id. */
export const READ_RULES = `SELECT ${COLUMNS} FROM scoring_rules WHERE id = $1`;

/** $1: the version. */
export const READ_VERSION = `SELECT ${COLUMNS} FROM scoring_rules WHERE version = $1`;

export const READ_CURRENT = `SELECT ${COLUMNS} FROM scoring_rules_in_force()`;

/** The latest come first. */
export const READ_DRAFTS = `SELECT ${COLUMNS} FROM scoring_rules WHERE version IS NULL ORDER BY "updatedAt" DESC, id DESC`;

/** $1: the version to start before, or null, $2: the page size. The latest come first. */
export const READ_VERSIONS = `
  SELECT ${COLUMNS} FROM scoring_rules
  WHERE version IS NOT NULL AND ($1::int IS NULL OR version < $1) ORDER BY version DESC LIMIT $2`;

const NOW = `date_trunc('milliseconds', clock_timestamp())`;

/** $1: the rules, $2: the note, $3: who, $4: the maximum number of drafts. Returns no row if there are as many. */
export const INSERT_DRAFT = `
  INSERT INTO scoring_rules (rules, note, "createdBy", "updatedBy")
  SELECT $1::jsonb, $2, $3, $3 WHERE (SELECT count(*) FROM scoring_rules WHERE version IS NULL) < $4
  RETURNING ${COLUMNS}`;

/** $1: the id, $2: the rules, $3: the note, $4: who. Returns no row if there is no such draft. */
export const UPDATE_DRAFT = `
  UPDATE scoring_rules SET rules = $2::jsonb, note = $3, "updatedAt" = ${NOW}, "updatedBy" = $4
  WHERE id = $1 AND version IS NULL RETURNING ${COLUMNS}`;

/** $1: the id. Returns no row if there is no such draft. */
export const DELETE_DRAFT = 'DELETE FROM scoring_rules WHERE id = $1 AND version IS NULL RETURNING id';

/** $1: the id of a draft, $2: who, $3: the id of the recalculation. Returns no row if there is no such draft. */
export const PUBLISH = `
  UPDATE scoring_rules
  SET version = (SELECT max(version) + 1 FROM scoring_rules), "publishedAt" = ${NOW}, "publishedBy" = $2,
    "recalculationId" = $3
  WHERE id = $1 AND version IS NULL RETURNING version`;
