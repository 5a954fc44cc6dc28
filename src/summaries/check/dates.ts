import { ALL_MONTHS, LONG_MONTHS, plain, WEEKDAYS } from './calendar-words.js';

/** A date that may lack the year or the day. */
export interface PartialDate {
  readonly year: number | null;
  readonly month: number;
  readonly day: number | null;
}

export interface FoundDates {
  /** Each date with its possible readings. */
  readonly dates: readonly (readonly PartialDate[])[];
  /** The text without its dates. */
  readonly rest: string;
}

const escaped = (name: string): string => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const oneOf = (names: Iterable<string>): string =>
  [...names]
    .sort((a, b) => b.length - a.length)
    .map(escaped)
    .join('|');

const MONTH = String.raw`(?<![\p{L}])(?<month>${oneOf(ALL_MONTHS.keys())})\.?(?![\p{L}])`;
const LONG_MONTH = String.raw`(?<![\p{L}])(?<month>${oneOf(LONG_MONTHS.keys())})(?![\p{L}])`;
const DAY = String.raw`(?<![\d.,])(?<day>[0-3]?\d)(?:st|nd|rd|th|er|\.|º|ª)?`;
const YEAR = String.raw`(?<year>(?:19|20)\d\d)`;

/** A month name alone counts only after one of these words, because some month names have other meanings. */
const BEFORE_MONTH = String.raw`(?<!\p{L})(?:in|by|until|till|since|before|after|during|(?:end|middle|beginning|start) of|early|mid|late|im|bis|seit|ab|ende|anfang|mitte|en|fin|debut|depuis|avant|apres|a|entro|fine|hasta|desde|finales de|fin de|w|do|od|v|do konce|в|до|с|к|у)`;

type Groups = Readonly<Record<string, string | undefined>>;

interface Form {
  readonly pattern: RegExp;
  readonly read: (groups: Groups) => readonly PartialDate[];
}

const dateOf = (
  year: string | undefined,
  month: string | number | undefined,
  day: string | undefined,
): PartialDate => ({
  year: year === undefined ? null : year.length === 2 ? 2000 + Number(year) : Number(year),
  month: Number(month),
  day: day === undefined ? null : Number(day),
});
const named = ({ year, month = '', day }: Groups): readonly PartialDate[] => [
  dateOf(year, ALL_MONTHS.get(month), day),
];

const FORMS: readonly Form[] = [
  {
    pattern: /(?<!\d)(?<year>(?:19|20)\d\d)(?<mark>[-/.])(?<month>[01]?\d)\k<mark>(?<day>[0-3]?\d)(?!\d)/gu,
    read: ({ year, month, day }) => [dateOf(year, month, day)],
  },
  {
    pattern:
      /(?:(?<year>(?:19|20)\d\d)\s?[年년]\s?)?(?<!\d)(?<month>[01]?\d)\s?[月월]\s?(?:(?<day>[0-3]?\d)\s?[日일号號])?/gu,
    read: ({ year, month, day }) => [dateOf(year, month, day)],
  },
  {
    pattern:
      /(?<!\d)(?<first>[0-3]?\d)(?<mark>[./])(?<second>[0-3]?\d)\k<mark>(?<year>(?:(?:19|20)\d\d|\d\d))(?!\d)/gu,
    read: ({ year, first, second }) => [dateOf(year, second, first), dateOf(year, first, second)],
  },
  {
    pattern: new RegExp(
      String.raw`${DAY}\s?(?:of |de |di |d')?\s?${MONTH}(?:\s?(?:de |del |,)?\s?${YEAR})?`,
      'gu',
    ),
    read: named,
  },
  { pattern: new RegExp(String.raw`${MONTH}\s${DAY}(?![\d])(?:,?\s${YEAR})?`, 'gu'), read: named },
  { pattern: new RegExp(String.raw`${LONG_MONTH},?\s(?:de |del )?${YEAR}`, 'gu'), read: named },
  { pattern: new RegExp(String.raw`${BEFORE_MONTH}[\s-]${LONG_MONTH}`, 'gu'), read: named },
];

const isPossible = ({ month, day }: PartialDate): boolean =>
  month >= 1 && month <= 12 && (day === null || (day >= 1 && day <= 31));

/** Returns the dates in a text, in any format. */
export function findDates(text: string): FoundDates {
  const dates: (readonly PartialDate[])[] = [];
  let rest = plain(text);
  for (const { pattern, read } of FORMS) {
    rest = rest.replace(pattern, (...match: unknown[]) => {
      const readings = read(match.at(-1) as Groups).filter(isPossible);
      if (readings.length === 0) return String(match[0]);
      dates.push(readings);
      return ' ';
    });
  }
  return { dates, rest };
}

/** Returns the months in a text, even if the word is part of a name. */
export function findMonths(text: string): PartialDate[] {
  const words = plain(text).match(/\p{L}+/gu) ?? [];
  const months = words.map((word) => LONG_MONTHS.get(word)).filter((month) => month !== undefined);
  return months.map((month) => ({ year: null, month, day: null }));
}

/** Whether a mentioned date agrees with a known date. */
export function isSameDate(said: PartialDate, known: PartialDate): boolean {
  return (
    said.month === known.month &&
    (said.day === null || said.day === known.day) &&
    (said.year === null || known.year === null || said.year === known.year)
  );
}

/** Returns the weekdays in a text. */
export function findWeekdays(text: string): number[] {
  const words = plain(text).match(/\p{L}+/gu) ?? [];
  return words.map((word) => WEEKDAYS.get(word)).filter((day) => day !== undefined);
}

/** Null if the date is incomplete. */
export function weekdayOf({ year, month, day }: PartialDate): number | null {
  return year === null || day === null ? null : new Date(Date.UTC(year, month - 1, day)).getUTCDay();
}
