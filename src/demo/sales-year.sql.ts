import type { SyntheticLead } from './sales-year.js';

/** $1: leads as JSON. Returns the ids of those whose e-mail did not exist. */
export const INSERT_LEADS = `
  INSERT INTO leads ("firstName", "lastName", email, company, location, source, status, budget, "createdAt", "updatedAt")
  SELECT "firstName", "lastName", email, company, location, source, status, budget, "createdAt", "updatedAt"
  FROM json_to_recordset($1) AS lead (
    "firstName" text, "lastName" text, email text, company text, location text, source text, status text, budget numeric,
    "createdAt" timestamptz, "updatedAt" timestamptz
  )
  ON CONFLICT DO NOTHING
  RETURNING id, email`;

/** $1: changes as JSON, in the order in which they took effect; $2: the name of the program. */
export const INSERT_CHANGES = `
  INSERT INTO lead_changes ("leadId", "effectiveAt", "recordedAt", "statusBefore", "statusAfter", "budgetBefore", "budgetAfter",
    source, company, location, "emailDomain", "changedBy")
  SELECT "leadId", "effectiveAt", "recordedAt", "statusBefore", change.status, "budgetBefore", change.budget,
    source, company, location, email_domain(email), $2
  FROM json_to_recordset($1) AS change (
    "leadId" integer, "effectiveAt" timestamptz, "recordedAt" timestamptz, "statusBefore" text, status text,
    "budgetBefore" numeric, budget numeric
  )
  JOIN leads ON leads.id = "leadId"`;

/** $1: interactions as JSON. */
export const INSERT_INTERACTIONS = `
  INSERT INTO interactions ("leadId", type, direction, date, notes, "recordedAt", "createdAt", "updatedAt")
  SELECT "leadId", type, direction, date, 'Synthetic interaction', "recordedAt", "recordedAt", "recordedAt"
  FROM json_to_recordset($1) AS interaction (
    "leadId" integer, type enum_interactions_type, direction enum_interactions_direction, date timestamptz,
    "recordedAt" timestamptz
  )`;

/** Returns the values for `INSERT_LEADS`: those after the last change. */
export function leadRowOf({ changes, ...lead }: SyntheticLead) {
  const [first, last] = [changes[0], changes.at(-1)];
  return {
    ...lead,
    interactions: undefined,
    status: last?.status,
    budget: last?.budget,
    createdAt: first?.effectiveAt,
    updatedAt: last?.recordedAt,
  };
}

/** Returns the values for `INSERT_CHANGES`. */
export const changeRowsOf = (leadId: number, { changes }: SyntheticLead) =>
  changes.map((change, index) => ({
    leadId,
    ...change,
    statusBefore: changes[index - 1]?.status ?? null,
    budgetBefore: changes[index - 1]?.budget ?? null,
  }));
