/** Languages whose names of months are recognized. */
const MONTH_LOCALES = 'en de fr es it pt nl pl cs ru uk tr ar he hi id sv da nb fi el ro hu'.split(' ');
/** Languages that capitalize months and weekdays. */
const CAPITALISING_LOCALES = 'en de tr id el'.split(' ');
/** Languages whose weekday names have no other meaning. */
const WEEKDAY_LOCALES = 'en de fr es it nl pl cs ru uk sv da fi'.split(' ');

/** The middle of each month, because months of other calendars overlap with them there. */
const MONTHS = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2026, month, 15)));
/** Starts at 1 March 2026, which is a Sunday. */
const WEEKDAYS_FROM_SUNDAY = Array.from({ length: 7 }, (_, day) => new Date(Date.UTC(2026, 2, 1 + day)));

/** Folds text for comparison: removes case and accents. */
export const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '');

/**
 * Returns the names of the months in a language, both alone and beside a day, because some languages inflect
 * them. Constructing a formatter is much slower than using it, so all months share one.
 */
function monthNames(locale: string, style: 'long' | 'short'): [name: string, month: number][] {
  const options = { month: style, timeZone: 'UTC', calendar: 'gregory' } as const;
  const alone = new Intl.DateTimeFormat(locale, options);
  const besideDay = new Intl.DateTimeFormat(locale, { ...options, day: 'numeric' });
  return MONTHS.flatMap((date, index) =>
    [alone.format(date), besideDay.formatToParts(date).find(({ type }) => type === 'month')?.value ?? ''].map(
      (name): [string, number] => [plain(name).replace(/\.$/, ''), index + 1],
    ),
  );
}

const namedMonths = (style: 'long' | 'short', locales = MONTH_LOCALES): Map<string, number> =>
  new Map(
    locales.flatMap((locale) => monthNames(locale, style)).filter(([name]) => /^[\p{L}' ]{3,}$/u.test(name)),
  );

/** Month names of many languages, folded. Short names count only beside a day. */
export const LONG_MONTHS: ReadonlyMap<string, number> = namedMonths('long');
export const ALL_MONTHS: ReadonlyMap<string, number> = new Map([...namedMonths('short'), ...LONG_MONTHS]);

const namedWeekdays = (locales: readonly string[]): Map<string, number> =>
  new Map(
    locales.flatMap((locale) => {
      const weekday = new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' });
      return WEEKDAYS_FROM_SUNDAY.map((date, day): [string, number] => [plain(weekday.format(date)), day]);
    }),
  );

/** Weekday names, folded; Sunday is 0. */
export const WEEKDAYS: ReadonlyMap<string, number> = namedWeekdays(WEEKDAY_LOCALES);

/** The names of months and weekdays that are always capitalized. */
export const CAPITALISED_DAYS: ReadonlySet<string> = new Set([
  ...namedMonths('long', CAPITALISING_LOCALES).keys(),
  ...namedWeekdays(CAPITALISING_LOCALES).keys(),
]);
