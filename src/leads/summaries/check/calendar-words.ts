/** Languages whose months and weekdays are known by name. */
const MONTH_LOCALES = 'en de fr es it pt nl pl cs ru uk tr ar he hi id sv da nb fi el ro hu'.split(' ');
/** Of these, those that write months and weekdays with a capital letter. */
const CAPITALISING_LOCALES = 'en de tr id el'.split(' ');
/** Of these, those whose weekdays mean nothing else. */
const WEEKDAY_LOCALES = 'en de fr es it nl pl cs ru uk sv da fi'.split(' ');

/** The middle of each month: a calendar that begins its months on other days has the same ones then. */
const MONTHS = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2026, month, 15)));
/** The first of March 2026 is a Sunday. */
const WEEKDAYS_FROM_SUNDAY = Array.from({ length: 7 }, (_, day) => new Date(Date.UTC(2026, 2, 1 + day)));

/** Letters as they are compared: without case and accents. */
export const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '');

/**
 * The names of the months in a language: as they stand alone, and as they stand beside a day, where languages inflect
 * them. Making a formatter takes much longer than using it, so there is one for all months.
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

/** Month names of many languages, in plain letters. Short ones count beside a day alone. */
export const LONG_MONTHS: ReadonlyMap<string, number> = namedMonths('long');
export const ALL_MONTHS: ReadonlyMap<string, number> = new Map([...namedMonths('short'), ...LONG_MONTHS]);

const namedWeekdays = (locales: readonly string[]): Map<string, number> =>
  new Map(
    locales.flatMap((locale) => {
      const weekday = new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' });
      return WEEKDAYS_FROM_SUNDAY.map((date, day): [string, number] => [plain(weekday.format(date)), day]);
    }),
  );

/** Weekday names in plain letters; Sunday is 0. */
export const WEEKDAYS: ReadonlyMap<string, number> = namedWeekdays(WEEKDAY_LOCALES);

/** Those that have a capital letter wherever they stand. */
export const CAPITALISED_DAYS: ReadonlySet<string> = new Set([
  ...namedMonths('long', CAPITALISING_LOCALES).keys(),
  ...namedWeekdays(CAPITALISING_LOCALES).keys(),
]);
