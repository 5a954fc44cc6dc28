import { labelKey } from '../../common/label-key.js';
import { DEFAULT_LEAD_STATUS } from '../lead-status.js';
import { isFoundStale, isStale } from '../scoring/stale-scores.sql.js';
import { INDEXED_SCORE, IS_INDEXED_OPEN, IS_OWN_OPEN, OWN_SCORE } from './lead-order.js';
import { type FilterWithoutBand, type Range, searchTerms } from './lead-filter.js';

/** Collects the bind parameters of a statement. */
export class Parameters {
  readonly values: unknown[] = [];

  /** Adds a value. @returns its placeholder in SQL */
  add(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

/** Must equal the expression of the index. The space marks the beginning of the first word. */
const SEARCHED = `(' ' || fold_text(leads."firstName" || ' ' || leads."lastName" || ' ' || leads.email || ' ' || coalesce(leads.company, '')))`;

/** Must equal the expression of the index. In an adopted database, a lead without a status counts as new. */
const STATUS_KEY = `label_key(coalesce(leads.status, '${DEFAULT_LEAD_STATUS}'))`;

/** The trigram index finds terms of at least this many characters within a word. */
const SHORTEST_PART = 3;

/** Checks the term as given. Only PostgreSQL knows its length after folding. */
const isShort = (term: string): boolean => [...term].length < SHORTEST_PART;

/** A condition of a filter. */
export interface Condition {
  readonly sql: string;
  /** The same, from the row of `leads` alone. It differs from `sql` if that uses `lead_scores`, which has the indexes. */
  readonly onLead: string;
  /** The sort key whose index answers the condition; null: no sort index does. */
  readonly sortKey: string | null;
}

const onLead = (sql: string, sortKey: string | null = null): Condition => ({ sql, onLead: sql, sortKey });

const onScore = (condition: string): Condition => ({
  sql: `${INDEXED_SCORE} ${condition}`,
  onLead: `${OWN_SCORE} ${condition}`,
  sortKey: INDEXED_SCORE,
});

/** A lead matches the filter if it meets all of these conditions. */
export function conditionsOf(filter: FilterWithoutBand, parameters: Parameters): Condition[] {
  const { status, source, company, location, search, score, budget } = filter;
  const { isScored, isOpen, isScoreStale, lastContactAfter, lastContactBefore } = filter;
  return [
    status == null ? null : onLead(isLabelOf(STATUS_KEY, status, parameters)),
    source == null ? null : onLead(isLabelOf('label_key(leads.source)', source, parameters)),
    company == null ? null : onLead(isFolded('leads.company', company, parameters)),
    location == null ? null : onLead(isFolded('leads.location', location, parameters)),
    ...(search == null ? [] : searchTerms(search).map((term) => onLead(contains(term, parameters)))),
    ...bounds('integer', score, parameters).map(onScore),
    ...bounds('numeric', budget, parameters).map((bound) => onLead(`leads.budget ${bound}`, 'leads.budget')),
    isScored == null ? null : onScore(`IS ${isScored ? 'NOT NULL' : 'NULL'}`),
    isOpen == null ? null : isOpenCondition(isOpen),
    isScoreStale == null ? null : onLead(isScoreStale ? isFoundStale('leads') : `NOT ${isStale('leads')}`),
    lastContactAfter == null ? null : onLastContact('>', lastContactAfter, parameters),
    lastContactBefore == null ? null : onLastContact('<', lastContactBefore, parameters),
  ].filter((condition) => condition !== null);
}

/** The index of the scores of open leads answers only the condition that a lead is open. */
const isOpenCondition = (isOpen: boolean): Condition =>
  isOpen
    ? { sql: IS_INDEXED_OPEN, onLead: IS_OWN_OPEN, sortKey: INDEXED_SCORE }
    : { sql: `NOT ${IS_INDEXED_OPEN}`, onLead: `NOT ${IS_OWN_OPEN}`, sortKey: null };

function onLastContact(sign: '<' | '>', instant: Date, parameters: Parameters): Condition {
  const column = 'leads."lastContactAt"';
  return onLead(`${column} ${sign} ${parameters.add(instant, 'timestamptz')}`, column);
}

/** Whether an index can find the leads that contain the search terms. */
export const isIndexed = ({ search }: FilterWithoutBand): boolean =>
  search != null && searchTerms(search).some((term) => !isShort(term));

const isLabelOf = (key: string, labels: readonly string[], parameters: Parameters): string =>
  `${key} = ANY (${parameters.add(labels.map(labelKey), 'text[]')})`;

const isFolded = (column: string, text: string, parameters: Parameters): string =>
  `fold_text(${column}) = fold_text(${parameters.add(text, 'text')})`;

/**
 * Folding may make a term longer (ß) or shorter (accents), so the SQL expression chooses the pattern.
 * PostgreSQL evaluates it once, while planning, because all its functions are immutable. A short term is
 * searched at the beginning of words, since the index does not find it within a word.
 */
function contains(term: string, parameters: Parameters): string {
  const folded = `fold_text(${parameters.add(term, 'text')})`;
  const pattern = String.raw`regexp_replace(${folded}, '([\\%_])', '\\\1', 'g')`;
  const start = `CASE WHEN length(${folded}) < ${SHORTEST_PART} THEN '% ' ELSE '%' END`;
  return `${SEARCHED} LIKE ${start} || ${pattern} || '%'`;
}

function bounds(type: string, range: Range<number> | null | undefined, parameters: Parameters): string[] {
  return [
    range?.min == null ? null : `>= ${parameters.add(range.min, type)}`,
    range?.max == null ? null : `<= ${parameters.add(range.max, type)}`,
  ].filter((bound) => bound !== null);
}
