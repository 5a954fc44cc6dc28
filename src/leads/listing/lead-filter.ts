import { InvalidInputError } from '../../common/domain-error.js';
import { labelKey } from '../../common/label-key.js';
import { type ScoreBand, type ScoreBands, scoresOf } from '../scoring/score-band.js';

/** A range that includes both ends; null or absent: no bound. */
export interface Range<Value> {
  readonly min?: Value | null;
  readonly max?: Value | null;
}

/** Conditions on leads, combined with AND. Null or absent: no condition. */
export interface LeadFilter {
  /** One of these statuses, compared by `labelKey`. */
  readonly status?: readonly string[] | null;
  /** One of these sources, compared by `labelKey`. */
  readonly source?: readonly string[] | null;
  /** Compared without regard to letter case and accents. */
  readonly company?: string | null;
  /** Compared without regard to letter case and accents. */
  readonly location?: string | null;
  /**
   * Words or parts of words. Each must occur in the name, the e-mail address or the company, without regard
   * to accents.
   */
  readonly search?: string | null;
  readonly score?: Range<number> | null;
  readonly budget?: Range<number> | null;
  readonly isScored?: boolean | null;
  readonly isOpen?: boolean | null;
  /** Matches open leads only. */
  readonly band?: ScoreBand | null;
  readonly isScoreStale?: boolean | null;
  /** Exclusive. */
  readonly lastContactAfter?: Date | null;
  /** Exclusive. */
  readonly lastContactBefore?: Date | null;
}

/** A filter that can be translated to SQL. */
export type FilterWithoutBand = Omit<LeadFilter, 'band'>;

/** Replaces the band by the equivalent conditions on the score. */
export function replaceBand({ band, ...filter }: LeadFilter, bands: ScoreBands): FilterWithoutBand {
  if (band == null) return filter;
  const scores = scoresOf(band, bands);
  if (scores === null) return { ...filter, isOpen: true, isScored: false };
  const { min, max } = filter.score ?? {};
  return {
    ...filter,
    isOpen: true,
    score: { min: Math.max(scores.min, min ?? scores.min), max: Math.min(scores.max, max ?? scores.max) },
  };
}

/** Rejects a filter that can never match any lead, because it must be a mistake. @throws BAD_USER_INPUT */
export function rejectContradictions(filter: LeadFilter): void {
  const { score, budget, isScored, isOpen, band } = filter;
  const { lastContactAfter: after, lastContactBefore: before } = filter;
  for (const [name, range] of [
    ['score', score],
    ['budget', budget],
  ] as const) {
    if (range?.min != null && range.max != null && range.min > range.max) {
      throw new InvalidInputError(`filter.${name}: min must not be above max.`);
    }
  }
  if (after != null && before != null && after >= before) {
    throw new InvalidInputError('filter.lastContactAfter must be before lastContactBefore.');
  }
  if (band != null && isOpen === false) {
    throw new InvalidInputError(
      'filter.band cannot be combined with isOpen: false: closed leads have no band.',
    );
  }
  if (band != null && isScored != null && isScored === (band === 'unscored')) {
    throw new InvalidInputError(
      'filter.band contradicts filter.isScored: UNSCORED leads have no score, and the others have one.',
    );
  }
  if (band === 'unscored' && (score?.min != null || score?.max != null)) {
    throw new InvalidInputError('filter.score cannot be combined with the band UNSCORED.');
  }
  if (isScored === false && (score?.min != null || score?.max != null)) {
    throw new InvalidInputError('filter.score cannot be combined with isScored: false.');
  }
}

/** Returns the same value for equivalent filters, regardless of absent fields and the order of lists. */
export function canonicalFilter(filter: LeadFilter): unknown {
  const listOf = (values: readonly string[] | null | undefined) =>
    values == null ? null : [...new Set(values.map(labelKey))].sort();
  const rangeOf = (range: Range<number> | null | undefined) =>
    range == null || (range.min == null && range.max == null) ? null : [range.min ?? null, range.max ?? null];
  return [
    listOf(filter.status),
    listOf(filter.source),
    filter.company?.toLowerCase() ?? null,
    filter.location?.toLowerCase() ?? null,
    filter.search == null ? null : searchTerms(filter.search),
    rangeOf(filter.score),
    rangeOf(filter.budget),
    filter.isScored ?? null,
    filter.isScoreStale ?? null,
    filter.lastContactAfter?.toISOString() ?? null,
    filter.lastContactBefore?.toISOString() ?? null,
    // Filters without these fields keep their old form, so that cursors of an earlier version stay valid.
    ...(filter.isOpen == null && filter.band == null ? [] : [filter.isOpen ?? null, filter.band ?? null]),
  ];
}

export const searchTerms = (search: string): string[] =>
  search
    .toLowerCase()
    .split(/\s+/)
    .filter((term) => term !== '');
