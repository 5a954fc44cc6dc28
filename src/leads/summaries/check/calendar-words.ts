/** Languages whose months and weekdays are known by name. */
const MONTH_LOCALES = 'en de fr es it pt nl pl cs ru uk tr ar he hi id sv da nb fi el ro hu'.split(' ');
/** Of these, those that write months and weekdays with a capital letter. */
const CAPITALISING_LOCALES = 'en de tr id el'.split(' ');
/** Of these, those whose weekdays mean nothing else. */
const WEEKDAY_LOCALES = 'en de fr es it nl pl cs ru uk sv da fi'.split(' ');

const MONTHS = Array.from({ length: 12 }, (_, month) => month + 1);

/** Letters as they are compared: without case and accents. */
export const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '');

/** As it stands alone and as it stands beside a day, where languages inflect it. */
function namesOf(locale: string, month: number, style: 'long' | 'short'): string[] {
  const date = new Date(Date.UTC(2026, month - 1, 15));
  const options = { month: style, timeZone: 'UTC', calendar: 'gregory' } as const;
  const beside = new Intl.DateTimeFormat(locale, { ...options, day: 'numeric' }).formatToParts(date);
  return [
    new Intl.DateTimeFormat(locale, options).format(date),
    beside.find(({ type }) => type === 'month')?.value ?? '',
  ].map((name) => plain(name).replace(/\.$/, ''));
}

const namedMonths = (style: 'long' | 'short', locales = MONTH_LOCALES): Map<string, number> =>
  new Map(
    locales.flatMap((locale) =>
      MONTHS.flatMap((month) =>
        namesOf(locale, month, style)
          .filter((name) => /^[\p{L}' ]{3,}$/u.test(name))
          .map((name): [string, number] => [name, month]),
      ),
    ),
  );

/** Month names of many languages, in plain letters. Short ones count beside a day alone. */
export const LONG_MONTHS: ReadonlyMap<string, number> = namedMonths('long');
export const ALL_MONTHS: ReadonlyMap<string, number> = new Map([...namedMonths('short'), ...LONG_MONTHS]);

const namedWeekdays = (locales: readonly string[]): Map<string, number> =>
  new Map(
    locales.flatMap((locale) =>
      Array.from({ length: 7 }, (_, day): [string, number] => {
        // The first of March 2026 is a Sunday.
        const date = new Date(Date.UTC(2026, 2, 1 + day));
        return [
          plain(new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' }).format(date)),
          day,
        ];
      }),
    ),
  );

/** Weekday names in plain letters; Sunday is 0. */
export const WEEKDAYS: ReadonlyMap<string, number> = namedWeekdays(WEEKDAY_LOCALES);

/** Those that have a capital letter wherever they stand. */
export const CAPITALISED_DAYS: ReadonlySet<string> = new Set([
  ...namedMonths('long', CAPITALISING_LOCALES).keys(),
  ...namedWeekdays(CAPITALISING_LOCALES).keys(),
]);
