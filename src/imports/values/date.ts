import { foldAccents } from './text-folding.js';
import { MONTH_BY_NAME } from './month-names.js';

/** Day before month, or month before day. */
export type DateOrder = 'dmy' | 'mdy';

interface Day {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
}

/** A time of day in milliseconds, and the offset from UTC in minutes; null: a local time. */
interface Time {
  readonly milliseconds: number;
  readonly offset: number | null;
}

/** A date as it is written. `time` is null if the cell has a date alone. */
export type WrittenDate =
  | { readonly kind: 'instant'; readonly epoch: number }
  /** One reading. `evidence` is the order that the text proves; null if it proves none. */
  | {
      readonly kind: 'day';
      readonly day: Day;
      readonly time: Time | null;
      readonly evidence: DateOrder | null;
    }
  /** Both numbers may be the month. */
  | {
      readonly kind: 'ambiguous';
      readonly readings: Readonly<Record<DateOrder, Day>>;
      readonly time: Time | null;
    }
  /** A number that Excel shows as a date: days since 30 December 1899. */
  | { readonly kind: 'serial'; readonly day: Day; readonly time: Time }
  /** The end of a message that starts with the name of the field. */
  | { readonly kind: 'violation'; readonly violation: string };

const DAY_MS = 86_400_000;
/** Serial numbers of 1954 to 2119. Smaller and larger ones are more likely to be another number. */
const SERIAL = /^([2-7]\d{4})(?:[.,](\d+))?$/;
const SERIAL_EPOCH = Date.UTC(1899, 11, 30);

/** Milliseconds since 1970, from 1973 to 2286. */
const UNIX_MILLISECONDS = /^[1-9]\d{11,12}$/;
/** Seconds since 1970, from 2001 to 2286. */
const UNIX_SECONDS = /^[1-9]\d{9}$/;

const NUMBERS = /^(\d{1,4})([-/.])(\d{1,2})\2(\d{2}|\d{4})(?!\d)/;
const COMPACT = /^(\d{4})(\d\d)(\d\d)(?=$|t)/;
const YEAR_FIRST = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/;
const DAY_THEN_NAME =
  /^(\d{1,2})(?:st|nd|rd|th|er|[.ºª])?[-/ ]*(?:de |of )?([a-z]{3,})\.?,?[-/ ]*(?:de |del )?(\d{4}|'?\d{2})(?!\d)/;
const NAME_THEN_DAY = /^([a-z]{3,})\.?[-/ ]*(\d{1,2})(?:st|nd|rd|th)?,?[-/ ]+(\d{4}|'?\d{2})(?![\d:])/;
/** As JavaScript and e-mail write it: Sun Mar 01 2026, Sun, 1 Mar 2026. */
const WEEKDAY = /^(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so)[a-z]*\.?,? +(?=\d|[a-z]{3,}\.?,? +\d)/;

const TIME =
  /^(?:t|,? +(?:at |um |a |à )?|,)?(\d{1,2})(?:[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?| ?(?=[ap]\.?m))?(?: ?([ap])\.?m\.?)?(?: ?uhr)?(?: ?(z|utc|gmt)|(?: ?(?:utc|gmt))? ?([+-])(\d{2}):?(\d{2})?)?(?: \([^)]*\))?$/;
/** A time that only ISO 8601 writes without separators. */
const COMPACT_TIME = /^t(\d{2})(\d{2})(\d{2})?(?:[.,](\d{1,9}))?(?:(z)|([+-])(\d{2}):?(\d{2})?)$/;

const NAMED_ZONE = /\d ?(?:[a-z]{3,5}|[a-z]+\/[a-z_]+)(?:\])?$/;

const MAX_LENGTH = 80;

const violation = (text: string): WrittenDate => ({ kind: 'violation', violation: text });

const UNKNOWN = violation(
  'must be a date, such as 2026-03-01, 2026-03-01T09:30:00Z, 01/03/2026 09:30 or Mar 1, 2026',
);
const NO_DATE = violation('must be a date; leave the cell empty if there is none');
const WRONG_DAY = violation('must be a date of the calendar');
const WRONG_TIME = violation('must have a time from 00:00 to 23:59:59, or from 1:00 to 12:59 with AM or PM');
const WRONG_OFFSET = violation('must have an offset from UTC of at most 14 hours');
const ZONE = violation('must have an offset such as +01:00 instead of the name of a time zone');

/**
 * Analyses a trimmed text that is not empty, without an assumption about the order of day and month. Years of
 * two digits are 1970 to 2069.
 */
export function analyseDate(text: string): WrittenDate {
  if (text.length > MAX_LENGTH) return UNKNOWN;
  const iso = analyseIso(text);
  if (iso !== null) return iso;
  const number = analyseNumber(text);
  if (number !== null) return number;
  const folded = foldAccents(text)
    .replace(/[\s\u00a0\u202f]+/g, ' ')
    .replace(WEEKDAY, '');
  return analyseNumericDate(folded) ?? analyseNamedDate(folded) ?? UNKNOWN;
}

/** Analyses a time alone, as in a column next to the date. Returns null if the text is not a time. */
export function analyseTime(text: string): Time | null {
  const time = readTime(foldAccents(text).replace(/[\s\u00a0\u202f]+/g, ' '));
  return time !== null && 'milliseconds' in time ? time : null;
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{3}))?)?(Z|[+-]\d\d:?\d\d)?$/;

/** The most frequent form, without the cost of the others. */
function analyseIso(text: string): WrittenDate | null {
  const match = ISO.exec(text);
  if (match === null) return null;
  const [, year, month, date, hours, minutes, seconds = '0', millis = '0', zone] = match;
  const day = { year: Number(year), month: Number(month), day: Number(date) };
  const milliseconds =
    Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000 + Number(millis);
  if (
    (zone !== undefined && zone !== 'Z') ||
    !isDay(day) ||
    Number(hours) > 23 ||
    Number(minutes) > 59 ||
    Number(seconds) > 59
  )
    return null;
  return { kind: 'day', day, time: { milliseconds, offset: zone === 'Z' ? 0 : null }, evidence: null };
}

function analyseNumber(text: string): WrittenDate | null {
  if (UNIX_MILLISECONDS.test(text)) return { kind: 'instant', epoch: Number(text) };
  if (UNIX_SECONDS.test(text)) return { kind: 'instant', epoch: Number(text) * 1000 };
  const [, days, fraction] = SERIAL.exec(text) ?? [];
  if (days === undefined) return null;
  // Excel keeps about ten decimals, so that a time is only exact after rounding to seconds.
  const seconds = Math.round(Number(`0.${fraction ?? '0'}`) * 86_400);
  const start = new Date(SERIAL_EPOCH + (Number(days) + Math.floor(seconds / 86_400)) * DAY_MS);
  return {
    kind: 'serial',
    day: { year: start.getUTCFullYear(), month: start.getUTCMonth() + 1, day: start.getUTCDate() },
    time: { milliseconds: (seconds % 86_400) * 1000, offset: null },
  };
}

function analyseNumericDate(text: string): WrittenDate | null {
  const yearFirst = YEAR_FIRST.exec(text) ?? COMPACT.exec(text);
  if (yearFirst !== null) {
    const [matched, year, , month, day] =
      yearFirst.length === 5 ? yearFirst : [yearFirst[0], yearFirst[1], '', yearFirst[2], yearFirst[3]];
    return withTime(text.slice(matched.length), {
      year: Number(year),
      month: Number(month),
      day: Number(day),
    });
  }
  const match = NUMBERS.exec(text);
  if (match === null) return null;
  const [matched, first, , second, year = ''] = match;
  const [a, b] = [Number(first), Number(second)];
  if (first === undefined || first.length > 2) return null;
  if (a === 0 && b === 0) return NO_DATE;
  const dmy = { year: fullYear(year), month: b, day: a };
  const mdy = { year: fullYear(year), month: a, day: b };
  const rest = text.slice(matched.length);
  const [isDmy, isMdy] = [isDay(dmy), isDay(mdy)];
  if (isDmy && isMdy && a !== b) {
    const written = withTime(rest, dmy);
    return written.kind === 'day'
      ? { kind: 'ambiguous', readings: { dmy, mdy }, time: written.time }
      : written;
  }
  if (isDmy && isMdy) return withTime(rest, dmy);
  return isMdy ? withTime(rest, mdy, 'mdy') : withTime(rest, dmy, 'dmy');
}

function analyseNamedDate(text: string): WrittenDate | null {
  const dayFirst = DAY_THEN_NAME.exec(text);
  const [matched, day, name = '', year = ''] = dayFirst ?? swapped(NAME_THEN_DAY.exec(text)) ?? [];
  const month = MONTH_BY_NAME.get(name);
  if (matched === undefined || month === undefined) return null;
  return withTime(text.slice(matched.length), {
    year: fullYear(year.replace("'", '')),
    month,
    day: Number(day),
  });
}

const swapped = (match: RegExpExecArray | null) =>
  match === null ? null : [match[0], match[2], match[1], match[3]];

function withTime(rest: string, day: Day, evidence: DateOrder | null = null): WrittenDate {
  if (day.year === 0 && day.month === 0 && day.day === 0) return NO_DATE;
  const time = rest === '' ? null : readTime(rest);
  if (rest !== '' && time === null) return NAMED_ZONE.test(rest) ? ZONE : jsTime(rest, day, evidence);
  if (time !== null && 'kind' in time) return time;
  return isDay(day) ? { kind: 'day', day, time, evidence } : WRONG_DAY;
}

/** Excel in some languages ends a date with a point or a comma. */
function jsTime(rest: string, day: Day, evidence: DateOrder | null): WrittenDate {
  return /^[.,;]$/.test(rest.trim()) ? withTime('', day, evidence) : UNKNOWN;
}

function readTime(text: string): Time | WrittenDate | null {
  const compact = COMPACT_TIME.exec(text);
  const [
    ,
    hours = '',
    minutes = '0',
    seconds = '0',
    fraction = '0',
    half,
    zone,
    sign,
    zoneHours,
    zoneMinutes = '0',
  ] = compact === null ? (TIME.exec(text) ?? []) : [...compact.slice(0, 5), undefined, ...compact.slice(5)];
  if (hours === '') return null;
  const isTwelve = half !== undefined;
  const written = Number(hours);
  // A number alone is not a time: "1 Mar 2026 9".
  if (!isTwelve && !/[:.h]|^t\d{4}/.test(text)) return null;
  const hour = isTwelve ? (written % 12) + (half === 'p' ? 12 : 0) : written;
  if (written > (isTwelve ? 12 : 23) || (isTwelve && written === 0)) {
    // "15:30 PM" has one reading.
    if (!(isTwelve && written > 12 && written < 24 && half === 'p')) return WRONG_TIME;
  }
  if (Number(minutes) > 59 || Number(seconds) > 59) return WRONG_TIME;
  const milliseconds =
    (isTwelve && written > 12 ? written : hour) * 3_600_000 +
    Number(minutes) * 60_000 +
    Number(seconds) * 1000 +
    Number(fraction.slice(0, 3).padEnd(3, '0'));
  if (sign === undefined) return { milliseconds, offset: zone === undefined ? null : 0 };
  const offset = Number(zoneHours) * 60 + Number(zoneMinutes);
  if (offset > 14 * 60 || Number(zoneMinutes) > 59) return WRONG_OFFSET;
  return { milliseconds, offset: sign === '-' ? -offset : offset };
}

const fullYear = (year: string): number =>
  year.length === 4 ? Number(year) : Number(year) + (Number(year) < 70 ? 2000 : 1900);

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isDay({ year, month, day }: Day): boolean {
  if (year < 1 || day < 1 || day > (DAYS[month - 1] ?? 0)) return false;
  return month !== 2 || day < 29 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0));
}
