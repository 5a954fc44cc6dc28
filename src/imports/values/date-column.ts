import { analyseDate, analyseTime, type DateOrder, type WrittenDate } from './date.js';
import { FormatChoice, type FormatDecision } from './format-choice.js';
import type { LocalTimeProblem, LocalTimes } from './local-time.js';

export type DateResult =
  /** `iso` is in UTC with milliseconds. */
  | { readonly iso: string; readonly problem: LocalTimeProblem | null }
  /** The end of a message that starts with the name of the field. */
  | { readonly violation: string };

type Day = Extract<WrittenDate, { kind: 'day' }>['day'];
type Time = Extract<WrittenDate, { kind: 'day' }>['time'];

const ISO_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const SERIAL_AMONG_DATES = {
  violation:
    'must be a date: serial numbers of Excel are only read if all dates of the column are serial numbers',
};

/** Reads the dates of one column, and decides in which order day and month are. */
export class DateColumn {
  private readonly choice: FormatChoice<DateOrder>;

  /** Whether numbers may be serial numbers of Excel. Another kind of date proves the contrary. */
  private areSerialsAllowed = true;

  private hasSerials = false;

  private hasOthers = false;

  constructor(
    given: DateOrder | null,
    private readonly localTimes: LocalTimes,
  ) {
    this.choice = new FormatChoice<DateOrder>(['dmy', 'mdy'], given);
  }

  /** @param text trimmed and not empty */
  assumeFrom(text: string): void {
    const date = analyseDate(text);
    if (date.kind === 'day' && date.evidence !== null) this.choice.assume(date.evidence);
  }

  /**
   * @param text trimmed and not empty
   * @param timeText the trimmed cell of a column of times, which is used if the date has no time; may be empty
   */
  read(text: string, timeText: string, line: number): DateResult {
    const date = analyseDate(text);
    if (date.kind === 'violation') return date;
    if (date.kind === 'serial') return this.readSerial(date, timeText);
    this.hasOthers = true;
    if (date.kind === 'instant') return { iso: new Date(date.epoch).toISOString(), problem: null };
    const day = this.dayOf(date, line, text);
    return 'violation' in day ? day : this.withTime(day, date.time, timeText, text);
  }

  settle(): FormatDecision<DateOrder> {
    if (this.hasSerials && this.hasOthers) {
      this.areSerialsAllowed = false;
      return { kind: 'again' };
    }
    return this.choice.settle();
  }

  restart(): void {
    this.hasSerials = false;
    this.hasOthers = false;
    this.choice.restart();
  }

  private readSerial(date: Extract<WrittenDate, { kind: 'serial' }>, timeText: string): DateResult {
    if (this.hasOthers || !this.areSerialsAllowed) return SERIAL_AMONG_DATES;
    this.hasSerials = true;
    return this.withTime(date.day, date.time.milliseconds === 0 ? null : date.time, timeText, '');
  }

  private dayOf(
    date: Extract<WrittenDate, { kind: 'day' | 'ambiguous' }>,
    line: number,
    text: string,
  ): Day | { violation: string } {
    if (date.kind === 'ambiguous') {
      const order = this.choice.chooseFor(line, text, () => ({
        dmy: printedDay(date.readings.dmy),
        mdy: printedDay(date.readings.mdy),
      }));
      return date.readings[order];
    }
    const { evidence, day } = date;
    if (evidence === null) return day;
    const { given } = this.choice;
    if (given !== null && given !== evidence) {
      return { violation: `must be ${NAMES[given]}, as the option for the order of dates states` };
    }
    this.choice.addEvidence(evidence, line, text);
    return day;
  }

  private withTime(day: Day, written: Time, timeText: string, text: string): DateResult {
    const time = written ?? (timeText === '' ? MIDNIGHT : analyseTime(timeText));
    if (time === null)
      return { violation: 'must have a time such as 09:30 or 9:30 AM in the column of the time' };
    // `Date.UTC` takes years below 100 for years of the 20th century.
    const start = new Date(0).setUTCFullYear(day.year, day.month - 1, day.day);
    const local = start + time.milliseconds;
    const { epoch, problem } =
      time.offset === null
        ? this.localTimes.toInstant(local)
        : { epoch: local - time.offset * 60_000, problem: null };
    if (epoch < FIRST_INSTANT || epoch > LAST_INSTANT) return { violation: 'must be in the years 1 to 9999' };
    return { iso: ISO_UTC.test(text) ? text : new Date(epoch).toISOString(), problem };
  }
}

const MIDNIGHT = { milliseconds: 0, offset: null };
const FIRST_INSTANT = new Date('0001-01-01T00:00:00Z').getTime();
const LAST_INSTANT = new Date('9999-12-31T23:59:59.999Z').getTime();

const NAMES: Readonly<Record<DateOrder, string>> = { dmy: 'day/month/year', mdy: 'month/day/year' };

const printedDay = ({ year, month, day }: Day): string =>
  `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
