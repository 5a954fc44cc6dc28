import { DEFAULT_LEAD_STATUS } from '../lead-status.js';
import { isStale } from '../scoring/stale-scores.sql.js';
import { INDEXED_SCORE } from './lead-order.js';
import { type LeadFilter, type Range, searchTerms } from './lead-filter.js';

/** Gives a value its place among the parameters of a statement. */
export class Parameters {
  readonly values: unknown[] = [];

  /** @returns SQL */
  add(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

/** As in the index. */
const SEARCHED = `lower(' ' || leads."firstName" || ' ' || leads."lastName" || ' ' || leads.email || ' ' || coalesce(leads.company, ''))`;

/** From so many characters on, the index finds them within a word. */
const SHORTEST_PART = 3;

const isShort = (term: string): boolean => [...term].length < SHORTEST_PART;

/** Conditions on `leads`, and on `lead_scores` beside it, all of which hold for what the filter lets through. */
export function conditionsOf(filter: LeadFilter, parameters: Parameters, maxAgeHours: number): string[] {
  const { status, source, company, location, search, score, budget } = filter;
  const { isScored, scoreIsStale, lastContactAfter, lastContactBefore } = filter;
  return [
    status == null ? null : statusIn(status, parameters),
    source == null ? null : `leads.source = ANY (${parameters.add(source, 'text[]')})`,
    company == null ? null : `lower(leads.company) = lower(${parameters.add(company, 'text')})`,
    location == null ? null : `lower(leads.location) = lower(${parameters.add(location, 'text')})`,
    ...(search == null ? [] : searchTerms(search).map((term) => contains(term, parameters))),
    ...within(INDEXED_SCORE, 'integer', score, parameters),
    ...within('leads.budget', 'numeric', budget, parameters),
    isScored == null ? null : `${INDEXED_SCORE} IS ${isScored ? 'NOT NULL' : 'NULL'}`,
    scoreIsStale == null
      ? null
      : `${scoreIsStale ? '' : 'NOT '}${isStale(parameters.add(maxAgeHours, 'float8'), 'leads')}`,
    lastContactAfter == null
      ? null
      : `leads."lastContactAt" > ${parameters.add(lastContactAfter, 'timestamptz')}`,
    lastContactBefore == null
      ? null
      : `leads."lastContactAt" < ${parameters.add(lastContactBefore, 'timestamptz')}`,
  ].filter((condition) => condition !== null);
}

/** Whether an index knows which leads have the words that are searched for. */
export const isIndexed = ({ search }: LeadFilter): boolean =>
  search != null && searchTerms(search).some((term) => !isShort(term));

/** An adopted database may hold leads without one, which count as new. */
function statusIn(statuses: readonly string[], parameters: Parameters): string {
  const isOneOf = `leads.status = ANY (${parameters.add(statuses, 'text[]')})`;
  return statuses.includes(DEFAULT_LEAD_STATUS) ? `(${isOneOf} OR leads.status IS NULL)` : isOneOf;
}

/** Parts of words are too short for the index, but the beginning of a word is not. */
function contains(term: string, parameters: Parameters): string {
  const escaped = term.replace(/[\\%_]/g, String.raw`\$&`);
  return `${SEARCHED} LIKE ${parameters.add(isShort(term) ? `% ${escaped}%` : `%${escaped}%`, 'text')}`;
}

function within(
  column: string,
  type: string,
  range: Range<number> | null | undefined,
  parameters: Parameters,
): string[] {
  return [
    range?.min == null ? null : `${column} >= ${parameters.add(range.min, type)}`,
    range?.max == null ? null : `${column} <= ${parameters.add(range.max, type)}`,
  ].filter((condition) => condition !== null);
}
