import { escapeLiteral } from 'pg';
import { FIT_FIELDS, type FitCriterion, type FitField } from './scoring-rules.js';

/** The values that criteria compare, normalized like those in `fit_of`. */
const COMPARED: Readonly<Record<FitField, (lead: string, emailDomain: string) => string>> = {
  SOURCE: (lead) => `label_key(${lead}.source)`,
  COMPANY: (lead) => `fold_text(${lead}.company)`,
  LOCATION: (lead) => `fold_text(${lead}.location)`,
  EMAIL_DOMAIN: (_, emailDomain) => `fold_text(${emailDomain})`,
  STATUS: (lead) => `label_key(${lead}.status)`,
  BUDGET: (lead) => `CASE WHEN ${lead}.budget > 0 AND ${lead}.budget <> 'NaN' THEN ${lead}.budget END`,
};

/**
 * Returns SQL for a query of one row with the columns of `fit_of`, for criteria that are known in advance. `fit_of` reads the
 * criteria for each lead, which takes several times as long. A test compares the two for random rules.
 * @param emailDomain SQL for the domain of the lead's address
 */
export function selectFitOf(
  cap: number,
  criteria: readonly FitCriterion[],
  lead: string,
  emailDomain: string,
): string {
  const fields = FIT_FIELDS.filter((name) => criteria.some(({ field }) => field === name));
  const values = fields.map((field) => `${COMPARED[field](lead, emailDomain)} AS "${field}"`);
  const met = criteria.map((criterion, index) => `(${conditionOf(criterion)}) IS TRUE AS m${index}`);
  const points = criteria.map((criterion, index) => `m${index}::int * (${criterion.points})`);
  const matches = criteria.map((_, index) => `(m${index}::int::bigint << ${index})`);
  return `
    SELECT greatest(0, least(${cap}, ${points.join(' + ') || '0'}))::float8 AS points,
      ${matches.join(' | ') || '0::bigint'} AS matches
    FROM (SELECT ${met.join(', ')} FROM (SELECT ${values.join(', ')} OFFSET 0) AS compared OFFSET 0) AS met`;
}

function conditionOf({ field, operator, value }: FitCriterion): string {
  const compared = `compared."${field}"`;
  const values = value.map((one) => constantOf(field, one));
  const [first = 'NULL'] = values;
  switch (operator) {
    case 'EQUALS':
      return `${compared} = ${first}`;
    case 'IN':
      return `${compared} IN (${values.join(', ')})`;
    case 'CONTAINS':
      return `strpos(${compared}, ${first}) > 0`;
    case 'AT_LEAST':
      return `${compared} >= ${first}`;
    case 'IS_FREE_MAIL':
      return `${compared} IN (SELECT domain FROM free_mail_domains)`;
    case 'IS_MISSING':
      return field === 'BUDGET' ? `${compared} IS NULL` : `coalesce(${compared}, '') = ''`;
  }
}

/** PostgreSQL normalizes a constant once, when it plans the statement. */
function constantOf(field: FitField, value: string): string {
  const literal = escapeLiteral(value);
  switch (field) {
    case 'BUDGET':
      return `${literal}::numeric`;
    case 'SOURCE':
    case 'STATUS':
      return `label_key(${literal})`;
    case 'COMPANY':
    case 'LOCATION':
    case 'EMAIL_DOMAIN':
      return `fold_text(${literal})`;
  }
}
