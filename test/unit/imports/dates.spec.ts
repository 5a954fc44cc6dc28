import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { DateColumn } from '../../../src/imports/values/date-column.js';
import { type DateOrder } from '../../../src/imports/values/date.js';
import { LocalTimes } from '../../../src/imports/values/local-time.js';

/** Reads cells as one column, a second time if the first assumption was wrong. */
function readColumn(
  cells: readonly (string | readonly [date: string, time: string])[],
  given: DateOrder | null = null,
  zone = 'UTC',
): string[] {
  const column = new DateColumn(given, new LocalTimes(zone));
  const read = () =>
    cells.map((cell, index) => {
      const [date, time] = typeof cell === 'string' ? [cell, ''] : cell;
      const result = column.read(date, time, index + 2);
      return 'iso' in result ? result.iso : result.violation;
    });
  const first = read();
  const decision = column.settle();
  if (decision.kind === 'undecided') throw new Error(decision.message);
  if (decision.kind === 'settled') return first;
  column.restart();
  const second = read();
  expect(column.settle().kind).toBe('settled');
  return second;
}

describe('dates with one reading', () => {
  it.each([
    ['2026-03-01', '2026-03-01T00:00:00.000Z'],
    ['20260301', '2026-03-01T00:00:00.000Z'],
    ['2026/03/01', '2026-03-01T00:00:00.000Z'],
    ['2026.3.1', '2026-03-01T00:00:00.000Z'],
    ['2026-03-01T09:30:00Z', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01T09:30:00.123Z', '2026-03-01T09:30:00.123Z'],
    ['2026-03-01T09:30:00.123456789Z', '2026-03-01T09:30:00.123Z'],
    ['2026-03-01T09:30:00+01:00', '2026-03-01T08:30:00.000Z'],
    ['2026-03-01T09:30:00.000+0000', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01T09:30:00-0700', '2026-03-01T16:30:00.000Z'],
    ['2026-03-01T09:30:00+05', '2026-03-01T04:30:00.000Z'],
    ['20260301T093000Z', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01 09:30:00', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01 09:30', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01 09:30:00 UTC', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01 09:30:00 +0100', '2026-03-01T08:30:00.000Z'],
    ['2026-03-01, 9:30 PM', '2026-03-01T21:30:00.000Z'],
    ['13/05/2026', '2026-05-13T00:00:00.000Z'],
    ['05/13/2026', '2026-05-13T00:00:00.000Z'],
    ['5.5.26', '2026-05-05T00:00:00.000Z'],
    ['31.12.1999', '1999-12-31T00:00:00.000Z'],
    ['31.12.69', '2069-12-31T00:00:00.000Z'],
    ['31.12.70', '1970-12-31T00:00:00.000Z'],
    ['3/25/2026, 9:30 AM', '2026-03-25T09:30:00.000Z'],
    ['3/25/2026 12:05 AM', '2026-03-25T00:05:00.000Z'],
    ['3/25/2026 12:05 p.m.', '2026-03-25T12:05:00.000Z'],
    ['25-03-2026 09:30:15', '2026-03-25T09:30:15.000Z'],
    ['Mar 1, 2026', '2026-03-01T00:00:00.000Z'],
    ['March 1st, 2026', '2026-03-01T00:00:00.000Z'],
    ['Mar 1, 2026, 9:30 AM', '2026-03-01T09:30:00.000Z'],
    ['Mar 1, 2026 at 9:30 AM', '2026-03-01T09:30:00.000Z'],
    ['1-Mar-2026', '2026-03-01T00:00:00.000Z'],
    ['1-Mar-26', '2026-03-01T00:00:00.000Z'],
    ['01 Mar 2026', '2026-03-01T00:00:00.000Z'],
    ['1. März 2026', '2026-03-01T00:00:00.000Z'],
    ['1. März 2026 um 09:30 Uhr', '2026-03-01T09:30:00.000Z'],
    ['1er mars 2026', '2026-03-01T00:00:00.000Z'],
    ['1 de marzo de 2026', '2026-03-01T00:00:00.000Z'],
    ['1 févr. 2026', '2026-02-01T00:00:00.000Z'],
    ['Sun Mar 01 2026 09:30:00 GMT+0100 (Central European Standard Time)', '2026-03-01T08:30:00.000Z'],
    ['Sun, 1 Mar 2026 09:30:00 +0100', '2026-03-01T08:30:00.000Z'],
    ['1772357400000', '2026-03-01T09:30:00.000Z'],
    ['1772357400', '2026-03-01T09:30:00.000Z'],
    ['46082', '2026-03-01T00:00:00.000Z'],
    ['45000.5', '2023-03-15T12:00:00.000Z'],
    ['45000,5', '2023-03-15T12:00:00.000Z'],
    ['46082.395833333336', '2026-03-01T09:30:00.000Z'],
    ['29/02/2024', '2024-02-29T00:00:00.000Z'],
  ])('%j is %s', (text, expected) => {
    expect(readColumn([text])).toEqual([expected]);
  });

  it.each([
    ['31/02/2026', 'must be a date of the calendar'],
    ['2026-02-29', 'must be a date of the calendar'],
    ['13/13/2026', 'must be a date of the calendar'],
    ['2026-13-01', 'must be a date of the calendar'],
    ['0000-00-00', 'must be a date; leave the cell empty if there is none'],
    ['0000-00-00 00:00:00', 'must be a date; leave the cell empty if there is none'],
    ['00/00/0000', 'must be a date; leave the cell empty if there is none'],
    ['2026-03-01 25:00', 'must have a time from 00:00 to 23:59:59, or from 1:00 to 12:59 with AM or PM'],
    ['2026-03-01 09:60', 'must have a time from 00:00 to 23:59:59, or from 1:00 to 12:59 with AM or PM'],
    ['2026-03-01 13:00 AM', 'must have a time from 00:00 to 23:59:59, or from 1:00 to 12:59 with AM or PM'],
    ['2026-03-01T09:30:00+15:00', 'must have an offset from UTC of at most 14 hours'],
    ['2026-03-01 09:30 PST', 'must have an offset such as +01:00 instead of the name of a time zone'],
  ])('%j is invalid', (text, violation) => {
    expect(readColumn([text])).toEqual([violation]);
  });

  it.each([
    'yesterday',
    '2026',
    '2026-03',
    '5',
    '09:30',
    '2026-W09-1',
    'Foo 1, 2026',
    '1/2',
    '1/2/3',
    '1'.repeat(99),
  ])('%j is not a date', (text) => {
    expect(readColumn([text])[0]).toMatch(/^must be a date, such as 2026-03-01/);
  });
});

describe('the order of day and month', () => {
  it('is decided by later lines', () => {
    expect(readColumn(['03/05/2026', '13/05/2026'])).toEqual([
      '2026-05-03T00:00:00.000Z',
      '2026-05-13T00:00:00.000Z',
    ]);
    expect(readColumn(['03/05/2026', '05/13/2026'])).toEqual([
      '2026-03-05T00:00:00.000Z',
      '2026-05-13T00:00:00.000Z',
    ]);
  });

  it('stops if no line decides, or if two lines contradict each other', () => {
    expect(() => readColumn(['03/05/2026'])).toThrow(
      'no value decides between dmy and mdy; line 2: "03/05/2026" is 2026-05-03 (dmy) or 2026-03-05 (mdy)',
    );
    expect(() => readColumn(['13/05/2026', '05/13/2026'])).toThrow(
      'line 2 ("13/05/2026") is dmy, but line 3 ("05/13/2026") is mdy',
    );
  });

  it('needs no decision if both readings are the same day, or the month has a name', () => {
    expect(readColumn(['05/05/2026', '2026-03-05', '5 Mar 2026'])).toEqual([
      '2026-05-05T00:00:00.000Z',
      '2026-03-05T00:00:00.000Z',
      '2026-03-05T00:00:00.000Z',
    ]);
  });

  it('given by an option rejects other dates', () => {
    expect(readColumn(['03/05/2026', '13/05/2026', '05/13/2026'], 'mdy')).toEqual([
      '2026-03-05T00:00:00.000Z',
      'must be month/day/year, as the option for the order of dates states',
      '2026-05-13T00:00:00.000Z',
    ]);
  });

  it('is never guessed: any ambiguous column stops unless all readings agree', () => {
    const number = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(number, number), { minLength: 1 }),
        fc.constantFrom('/', '.', '-'),
        (days, mark) => {
          const cells = days.map(([a, b]) => `${a}${mark}${b}${mark}2026`);
          const differ = days.some(([a, b]) => a !== b);
          if (differ) expect(() => readColumn(cells)).toThrow('no value decides');
          else expect(readColumn(cells)).toHaveLength(cells.length);
        },
      ),
    );
  });
});

describe('serial numbers of Excel', () => {
  it('are violations beside other dates, in whichever order they come', () => {
    const rejected = expect.stringMatching(
      /^must be a date: serial numbers of Excel are only read/,
    ) as string;
    expect(readColumn(['46082', '2026-03-01'])).toEqual([rejected, '2026-03-01T00:00:00.000Z']);
    expect(readColumn(['2026-03-01', '46082'])).toEqual(['2026-03-01T00:00:00.000Z', rejected]);
  });

  it('remain dates beside cells that are no dates', () => {
    expect(readColumn(['46082', 'foo'])[0]).toBe('2026-03-01T00:00:00.000Z');
  });
});

describe('local times', () => {
  it('belong to the time zone; times with an offset do not', () => {
    expect(
      readColumn(['2026-07-01', '2026-01-01 09:30', '2026-01-01T09:30:00Z'], null, 'Europe/Berlin'),
    ).toEqual(['2026-06-30T22:00:00.000Z', '2026-01-01T08:30:00.000Z', '2026-01-01T09:30:00.000Z']);
  });

  it('that do not exist move forward, and of repeated ones the first is used', () => {
    const times = new LocalTimes('Europe/Berlin');
    const at = (text: string) => {
      const { epoch, problem } = times.toInstant(Date.parse(`${text}Z`));
      return [new Date(epoch).toISOString(), problem];
    };
    expect(at('2026-03-29T02:30:00')).toEqual(['2026-03-29T01:30:00.000Z', 'skipped']);
    expect(at('2026-10-25T02:30:00')).toEqual(['2026-10-25T00:30:00.000Z', 'repeated']);
    expect(at('2026-03-29T01:59:59')).toEqual(['2026-03-29T00:59:59.000Z', null]);
    expect(at('2026-03-29T03:00:00')).toEqual(['2026-03-29T01:00:00.000Z', null]);
    expect(at('2026-10-25T03:00:00')).toEqual(['2026-10-25T02:00:00.000Z', null]);
  });

  it('join a column of times to dates without a time', () => {
    expect(
      readColumn([
        ['2026-03-01', '09:30'],
        ['2026-03-01', '9:30 pm'],
        ['2026-03-01 08:00', '09:30'],
      ]),
    ).toEqual(['2026-03-01T09:30:00.000Z', '2026-03-01T21:30:00.000Z', '2026-03-01T08:00:00.000Z']);
    expect(readColumn([['2026-03-01', 'noon']])).toEqual([
      'must have a time such as 09:30 or 9:30 AM in the column of the time',
    ]);
  });
});

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
];

it('reads every quarter of an hour around every clock change as the first instant that has it', () => {
  const HOUR = 3_600_000;
  const wrong: string[] = [];
  for (const zone of [
    ...ZONES,
    'Africa/Casablanca',
    'America/Sao_Paulo',
    'America/St_Johns',
    'Antarctica/Troll',
  ]) {
    const localAt = (instant: number) => instant + DateTime.fromMillis(instant, { zone }).offset * 60_000;
    const times = new LocalTimes(zone);
    for (let day = Date.UTC(2008, 0, 1); day < Date.UTC(2015, 0, 1); day += 24 * HOUR) {
      if (localAt(day + 24 * HOUR) - localAt(day) === 24 * HOUR) continue;
      const firstOf = new Map<number, number>();
      for (let instant = day - 3 * HOUR; instant <= day + 27 * HOUR; instant += HOUR / 4) {
        const local = localAt(instant);
        if (!firstOf.has(local)) firstOf.set(local, instant);
      }
      for (const [local, instant] of firstOf) {
        const { epoch, problem } = times.toInstant(local);
        if (epoch !== instant || problem === 'skipped')
          wrong.push(`${zone} ${new Date(local).toISOString()}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

it('reads every local time in every form as the same instant as luxon', () => {
  const forms: [DateOrder | null, (time: DateTime) => string][] = [
    [null, (time) => time.toFormat('yyyy-MM-dd HH:mm:ss')],
    [null, (time) => time.toFormat("yyyy-MM-dd'T'HH:mm:ss")],
    [null, (time) => time.toFormat('yyyy/MM/dd HH:mm:ss')],
    [null, (time) => time.toFormat("yyyy-MM-dd'T'HH:mm:ssZZ")],
    [null, (time) => time.toFormat('yyyy-MM-dd HH:mm:ss ZZZ')],
    [null, (time) => time.toUTC().toFormat("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'")],
    ['dmy', (time) => time.toFormat('dd/MM/yyyy HH:mm:ss')],
    ['dmy', (time) => time.toFormat('d.M.yyyy H:mm:ss')],
    ['dmy', (time) => time.toFormat('d-M-yy h:mm:ss a')],
    ['mdy', (time) => time.toFormat('M/d/yyyy, h:mm:ss a')],
    ['mdy', (time) => time.toFormat('MM-dd-yy HH:mm:ss')],
    [null, (time) => time.toFormat('MMM d, yyyy, h:mm:ss a')],
    [null, (time) => time.toFormat('MMMM d, yyyy HH:mm:ss')],
    [null, (time) => time.toFormat('d-MMM-yy HH:mm:ss')],
    [null, (time) => time.setLocale('de').toFormat('d. MMMM yyyy HH:mm:ss')],
    [null, (time) => time.setLocale('fr').toFormat('d MMMM yyyy HH:mm:ss')],
    [null, (time) => time.setLocale('es').toFormat("d 'de' MMMM 'de' yyyy HH:mm:ss")],
    [null, (time) => time.setLocale('pt').toFormat("d 'de' MMMM 'de' yyyy HH:mm:ss")],
    [null, (time) => time.setLocale('nl').toFormat('d MMMM yyyy HH:mm:ss')],
    [null, (time) => time.setLocale('it').toFormat('d MMMM yyyy HH:mm:ss')],
    [null, (time) => String(time.toMillis())],
  ];
  const instants = fc.integer({ min: Date.UTC(2002, 0, 1) / 1000, max: Date.UTC(2060, 0, 1) / 1000 });
  fc.assert(
    fc.property(
      instants,
      fc.constantFrom(...ZONES),
      fc.constantFrom(...forms),
      (seconds, zone, [order, form]) => {
        const time = DateTime.fromMillis(seconds * 1000, { zone, locale: 'en' });
        const [first] = time.getPossibleOffsets().sort((a, b) => a.toMillis() - b.toMillis());
        const text = form(time);
        const isInstant = /[+-]\d\d:?\d\d$|Z$|^\d+$/.test(text);
        const expected = isInstant ? time : (first ?? time);
        expect(readColumn([text], order, zone)).toEqual([expected.toUTC().toISO()]);
      },
    ),
    { numRuns: 2000 },
  );
});
