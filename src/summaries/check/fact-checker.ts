import type { InputInteraction, SummaryInput } from '../summary-input.js';
import { plain } from './calendar-words.js';
import { findDates, findMonths, findWeekdays, isSameDate, type PartialDate, weekdayOf } from './dates.js';
import { hasUnknownMarkedName, hasUnknownName, KnownWords } from './names.js';
import type { Language } from './name-words.js';
import { findCodes, findNumbers, type FoundNumber } from './numbers.js';

/** Words for contacts with a lead. A number before such a word may be the count of contacts. */
const CONTACT_WORDS =
  /^[\s-]*(?:[\p{L}]+[\s-]+){0,2}?(?:time|mal|fois|vece|volt|interact|contact|touch|call|e-?mail|mail|meeting|conversation|exchange|record|gesprach|anruf|termin|kontakt|treffen|interaktion|appel|reunion|echange|courriel|llamada|correo|chiamat|riunion|incontr|ligac|reuni|gesprek|afspra|rozm|spotk|звон|встреч|письм|dzwon)/u;

/** Only the exact count may precede these words. */
const RECORD_WORDS = /^[\s-]*(?:intera[ck]|interazion)/u;

/** Checks that a text contains only facts of a lead and of some of its interactions. */
export class FactChecker {
  private readonly texts: readonly string[];
  private readonly dates: readonly PartialDate[];
  private readonly numbers: ReadonlySet<number>;
  private readonly days: ReadonlySet<number>;
  private readonly counts: ReadonlySet<number>;
  private readonly codes: ReadonlySet<string>;
  private readonly known: KnownWords;

  /**
   * @param sources the interactions whose notes the text may use
   * @param dated the interactions whose dates the text may use
   * @param language the language of the text
   */
  constructor(
    { lead, interactions, leftOutCount }: SummaryInput,
    sources: readonly InputInteraction[],
    dated: readonly InputInteraction[],
    private readonly language: Language,
  ) {
    const details = [lead.name, lead.company, lead.location, lead.source, lead.status];
    this.texts = [...details, ...sources.map(({ notes }) => notes)].filter((text) => text !== null);
    const found = this.texts.map(findDates);
    const written = [...found.flatMap(({ dates }) => dates.flat()), ...this.texts.flatMap(findMonths)];
    this.dates = [...written, ...dated.flatMap(({ date }) => findDates(date).dates.flat())];
    this.days = new Set(this.dates.map(({ day }) => day).filter((day) => day !== null));
    const years = this.dates.map(({ year }) => year).filter((year) => year !== null);
    const told = found.flatMap(({ rest }) => findNumbers(rest, 'any').flatMap(({ values }) => values));
    this.codes = new Set(this.texts.flatMap(findCodes));
    this.numbers = new Set([...told, ...years, lead.budget].filter((number) => number !== null));
    this.counts = countsOf(interactions, sources, leftOutCount);
    this.known = new KnownWords(this.texts);
  }

  /** Returns the rule that a text breaks by an unknown fact; null: none. */
  violationOf(text: string, isHeadline = false): string | null {
    const { dates, rest } = findDates(text);
    if (!dates.every((readings) => this.hasDate(readings)) || !this.hasWeekdays(text)) {
      return 'has a date that no cited record has';
    }
    if (!findNumbers(rest, this.language).every((number) => this.hasNumber(number))) {
      return 'has a number that no cited record has';
    }
    if (!findCodes(text).every((code) => this.hasCode(code))) {
      return 'has a term with digits that no cited record has';
    }
    if (
      hasUnknownName(text, this.known, this.language, isHeadline) ||
      hasUnknownMarkedName(text, this.texts)
    ) {
      return 'has a name that no cited record has';
    }
    return null;
  }

  private hasDate(readings: readonly PartialDate[]): boolean {
    return readings.some((said) => this.dates.some((date) => isSameDate(said, date)));
  }

  private hasWeekdays(text: string): boolean {
    const said = findWeekdays(text);
    if (said.length === 0) return true;
    const known = new Set([...this.texts.flatMap(findWeekdays), ...this.dates.map(weekdayOf)]);
    return said.every((day) => known.has(day));
  }

  private hasNumber({ values, following, isWord }: FoundNumber): boolean {
    if (RECORD_WORDS.test(following)) return values.some((value) => this.counts.has(value));
    if (values.some((value) => this.numbers.has(value))) return true;
    if (values.some((value) => this.counts.has(value)) && CONTACT_WORDS.test(following)) return true;
    // An ordinal such as 12th refers to a known day.
    return !isWord && /^(?:st|nd|rd|th)\b/.test(following) && values.some((value) => this.days.has(value));
  }

  private hasCode(code: string): boolean {
    return this.codes.has(code) || this.texts.some((text) => plain(text).includes(code));
  }
}

/** Returns the counts of interactions that a text may mention. */
function countsOf(
  interactions: readonly InputInteraction[],
  sources: readonly InputInteraction[],
  leftOutCount: number,
): ReadonlySet<number> {
  const groups = [interactions, sources].flatMap((group) => [
    group,
    ...(['call', 'email', 'meeting'] as const).map((type) => group.filter((one) => one.type === type)),
    ...(['inbound', 'outbound'] as const).flatMap((direction) => {
      const ofDirection = group.filter((one) => one.direction === direction);
      return [ofDirection, ofDirection.filter(({ type }) => type === 'email')];
    }),
    group.filter(({ isPlanned }) => isPlanned),
    group.filter(({ isPlanned }) => !isPlanned),
  ]);
  return new Set([...groups.map(({ length }) => length), interactions.length + leftOutCount, leftOutCount]);
}
