import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { now } from '../../../src/common/clock.js';
import { violationMessages } from '../../../src/common/invalid-input.js';
import { checkEmail, checkLeadText, checkNotes } from '../../../src/imports/api-rules.js';
import { InteractionLineReader } from '../../../src/imports/interaction-line.js';
import { LeadLineReader } from '../../../src/imports/lead-line.js';
import type { CheckedText } from '../../../src/imports/line-reader.js';
import { EXPORT_FIELDS } from '../../../src/imports/mapping/fields.js';
import { mapFile, type MappingOptions } from '../../../src/imports/mapping/map-file.js';
import type { FormatOptions } from '../../../src/imports/mapping/mapping-file.js';
import { neutralise } from '../../../src/common/csv-formula.js';
import { CreateInteractionInput } from '../../../src/interactions/dto/create-interaction.input.js';
import { CreateLeadInput } from '../../../src/leads/dto/create-lead.input.js';

const leadReader = (header: readonly string[], options: MappingOptions = {}, formats: FormatOptions = {}) =>
  new LeadLineReader('leads.csv', mapFile('leads', header, options, 'leads.csv'), formats);

const interactionReader = (
  header: readonly string[],
  options: MappingOptions = {},
  formats: FormatOptions = {},
) => new InteractionLineReader('calls.csv', mapFile('interactions', header, options, 'calls.csv'), formats);

const record = (cells: readonly string[], line = 2) => ({ line, endLine: line, cells });

describe('the fast path', () => {
  const character = fc.constantFrom(...'aZ0 .-_+@\'"=\n\t\0é\u0301\u200b\ud800ﬁ\u00a0'.split(''));
  const text = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.string({ unit: character, maxLength: 80 }),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.emailAddress(),
    fc.constantFrom(
      'x'.repeat(255),
      'x'.repeat(256),
      `${'x'.repeat(64)}@example.com`,
      `${'x'.repeat(65)}@example.com`,
    ),
    fc
      .tuple(
        fc.string({ unit: fc.constantFrom('a', 'B', '.', '-', '_', '+', '@', '1'), maxLength: 30 }),
        fc.constantFrom('', '@example.com', '@a.b-c.co', '@-a.com', '@a_b.com', '@1.2.3'),
      )
      .map((parts) => parts.join('')),
  );

  const byApi = <Input extends object>(
    type: new () => Input,
    field: keyof Input & string,
    value: string,
  ): CheckedText => {
    const input = plainToInstance(type, { [field]: value });
    const violations = violationMessages(validateSync(input, { skipUndefinedProperties: true }));
    return violations.length > 0 ? { violations } : ((input[field] as string | null | undefined) ?? null);
  };

  it('gives the same results as the rules of the API', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(checkEmail(value)).toEqual(byApi(CreateLeadInput, 'email', value));
        expect(checkNotes(value)).toEqual(byApi(CreateInteractionInput, 'notes', value));
        for (const field of ['firstName', 'company'] as const) {
          expect(checkLeadText(field, value)).toEqual(byApi(CreateLeadInput, field, value));
        }
      }),
      { numRuns: 1500 },
    );
  });
});

describe('lines about leads', () => {
  const header = [
    'email',
    'firstName',
    'lastName',
    'phone',
    'budget',
    'location',
    'company',
    'source',
    'status',
    'externalId',
  ];

  it('are normalised by the rules of the API', () => {
    const cells = [
      ' Ann@EXAMPLE.com ',
      'Zoe\u0301',
      ' Miller ',
      '',
      '1,5',
      '\u200b',
      'A',
      'web',
      'Closed Won',
      'x-1',
    ];
    expect(leadReader(header).read(record(cells))).toEqual({
      ...{
        line: 2,
        email: 'ann@example.com',
        writtenEmail: 'Ann@EXAMPLE.com',
        firstName: 'Zo\u00e9',
        lastName: 'Miller',
        phone: null,
        budget: '1.50',
      },
      ...{
        location: null,
        company: 'A',
        source: 'web',
        status: 'closed_won',
        externalId: 'x-1',
        externalSource: 'csv',
      },
    });
  });

  it('report every violation with the column of the file and the value, shortened', () => {
    const long = 'x'.repeat(300);
    const cells = ['foo', 'a\nb', long, '', 'much', '', '', '', 'odd', '1.2E+15'];
    const shortened = `${'x'.repeat(99)}…`;
    expect(leadReader(header).read(record(cells, 7))).toMatchObject({
      line: 7,
      violations: [
        { column: 'email', message: 'email must be an e-mail address', value: 'foo' },
        { column: 'firstName', message: 'firstName must be a single line', value: 'a\nb' },
        { column: 'lastName', message: 'lastName must be at most 255 characters long', value: shortened },
        { column: 'budget', message: 'budget must be an amount, such as 1234.50', value: 'much' },
        { column: 'status', value: 'odd' },
        { column: 'externalId', value: '1.2E+15' },
      ],
    });
  });

  it('with too few cells, or with values in further cells, are rejected', () => {
    const reader = leadReader(['email', 'company']);
    expect(reader.read({ line: 2, endLine: 4, cells: ['a@example.com'] })).toMatchObject({
      violations: [
        {
          column: null,
          message: 'the line has 1 cells, but the header has 2 columns (its quoted text ends on line 4)',
        },
      ],
    });
    expect(reader.read(record(['a@example.com', 'A', 'b']))).toHaveProperty('violations');
    expect(reader.read(record(['a@example.com', 'A', '', ' ']))).toMatchObject({ company: 'A' });
  });

  it('are rejected if the cell of the e-mail has other texts, so that no value is lost', () => {
    const reader = leadReader(['email', 'firstName', 'lastName', 'budget']);
    expect(reader.read(record(['ann@example.com, Ann, Lee', '', '', '']))).toMatchObject({
      violations: [
        { column: 'email', message: 'email must contain addresses only', value: 'ann@example.com, Ann, Lee' },
      ],
    });
    expect(
      interactionReader(['email', 'type', 'date']).read(record(['a@example.com; Ann', 'call', '2026-01-01'])),
    ).toMatchObject({ violations: [{ column: 'email', message: 'email must contain addresses only' }] });
    // The id tells the lead.
    expect(
      interactionReader(['leadExternalId', 'email', 'type', 'date']).read(
        record(['7', 'a@example.com; Ann', 'call', '2026-01-01']),
      ),
    ).toMatchObject({ email: 'a@example.com', leadExternalId: '7' });
  });

  it('are rejected if they are still the text of a rejected line', () => {
    const reader = leadReader(['firstName', 'email', 'rejectionReasons'], { ignored: ['rejectionReasons'] });
    expect(
      reader.read(record(['"Ann,ann@example.com,700', '', 'whole line: it has an open quote'])),
    ).toMatchObject({
      violations: [
        {
          column: null,
          message: 'the first cell still has the text of a whole line; put its values into the columns',
        },
      ],
    });
    expect(
      reader.read(record(['Ann, Mary', 'ann@example.com', 'whole line: it had an open quote'])),
    ).toMatchObject({
      email: 'ann@example.com',
    });
  });

  it('may be mended in their first cell alone', () => {
    const reader = leadReader(['email', 'firstName', 'rejectionReasons'], { ignored: ['rejectionReasons'] });
    expect(
      reader.read(record(['Miller, Ann <a@example.com>', '', 'email: email must contain addresses only'])),
    ).toMatchObject({
      email: 'a@example.com',
    });
  });

  it('take the first phone number, and none that a spreadsheet has rounded', () => {
    const reader = leadReader(['email', 'phone', 'Mobile Phone'], {
      columns: { phone: 'phone', 'Mobile Phone': 'phone' },
    });
    const phoneOf = (phone: string, mobile = '') => reader.read(record(['a@example.com', phone, mobile]));
    expect(phoneOf('4.91511E+11', '+49 151 123')).toMatchObject({ phone: '+49 151 123' });
    expect(phoneOf('4.9E+11 ::: 030 1')).toMatchObject({ phone: '030 1' });
    expect(phoneOf('+4.9 E+11')).toMatchObject({ phone: null });
    expect(phoneOf('+1 555 ::: +1 556')).toMatchObject({ phone: '+1 555' });
    expect(phoneOf('4.91712E+11')).toMatchObject({ phone: null });
    expect(reader.report().warnings.map(({ code, count }) => [code, count])).toEqual([
      ['roundedPhone', 4],
      ['severalPhones', 1],
    ]);
  });

  it('are rejected if they are deleted in Salesforce', () => {
    const reader = leadReader(['Id', 'LastName', 'Email', 'OwnerId', 'IsDeleted'], { preset: 'salesforce' });
    expect(reader.read(record(['00Q000000000001', 'A', 'a@example.com', '', 'true']))).toMatchObject({
      violations: [{ column: 'IsDeleted', message: 'the record is deleted', value: 'true' }],
    });
  });

  it('need an address or an id', () => {
    const reader = leadReader(['email', 'Lead ID']);
    expect(reader.read(record(['', '']))).toMatchObject({
      violations: [{ column: 'email', message: 'email must not be empty' }],
    });
    expect(reader.read(record(['', '7']))).toMatchObject({ email: null, externalId: '7' });
  });

  it('take names from columns, then from the full name, then from the address', () => {
    const names = ['email', 'First Name', 'Last Name', 'Name'];
    const read = (...cells: string[]) => leadReader(names).read(record(cells));
    expect(read('Eve <a@example.com>', 'Ann', 'Miller', 'Bob Berg')).toMatchObject({
      firstName: 'Ann',
      lastName: 'Miller',
    });
    expect(read('Eve <a@example.com>', '', '', 'Berg, Bob')).toMatchObject({
      firstName: 'Bob',
      lastName: 'Berg',
    });
    expect(read('Eve Smith <a@example.com>', '', '', '')).toMatchObject({
      firstName: 'Eve',
      lastName: 'Smith',
    });
    expect(read('a@example.com', '', 'Berg', 'Bob Berg')).toMatchObject({
      firstName: 'Bob',
      lastName: 'Berg',
    });
    expect(read('a@example.com', '', 'Berg', 'Bob Miller')).toMatchObject({
      firstName: null,
      lastName: 'Berg',
    });
    expect(read('a@example.com', '', '', 'Berg')).toMatchObject({ firstName: null, lastName: 'Berg' });
    expect(read('a@example.com', 'Bob', '', 'Berg')).toMatchObject({ firstName: 'Bob', lastName: 'Berg' });
    expect(read('a@example.com', '', 'Berg', 'Bob')).toMatchObject({ firstName: 'Bob', lastName: 'Berg' });
    expect(read('a@example.com', 'Bob', '', 'Bob')).toMatchObject({ firstName: 'Bob', lastName: null });
    expect(read('a@example.com', '太郎', '', '山田太郎')).toMatchObject({
      firstName: '太郎',
      lastName: '山田',
    });
    expect(read('a@example.com', '', '山田', '山田太郎')).toMatchObject({
      firstName: '太郎',
      lastName: '山田',
    });
  });

  it('are read again with all columns, so that a message names each example once', () => {
    const reader = leadReader(['email', 'budget', 'Amount'], {
      columns: { budget: 'budget', Amount: 'budget' },
    });
    const lines = [
      ['a@example.com', '', '1.234'],
      ['b@example.com', '', '12,5'],
      ['c@example.com', '1,234', ''],
    ].map((cells, index) => record(cells, index + 2));
    for (const line of lines) reader.read(line);
    expect(reader.settle()).toBe('again');
    for (const line of lines) reader.read(line);
    expect(() => reader.settle()).toThrow(
      /^leads\.csv, line 4, column "budget": no value decides between point and comma; line 4: "1,234" is [^;]*\. Decide/,
    );
  });

  it('are read again if the assumed decimal mark was wrong; the report then has no double counts', () => {
    const reader = leadReader(['email', 'budget', 'phone']);
    const lines = [
      ['a@example.com', '1.234', 'N/A'],
      ['b@example.com', '12,5', '1'],
    ].map((cells) => record(cells));
    const [wrong] = lines.map((line) => reader.read(line));
    expect(wrong).toHaveProperty('violations');
    expect(reader.settle()).toBe('again');
    expect(lines.map((line) => reader.read(line))).toMatchObject([
      { budget: '1234.00' },
      { budget: '12.50' },
    ]);
    expect(reader.settle()).toBe('settled');
    expect(reader.report()).toEqual({
      formats: [{ column: 'budget', format: 'decimal', value: 'comma', isGiven: false }],
      unknownValues: [],
      warnings: [
        {
          code: 'placeholder',
          message: 'cells with a placeholder such as N/A count as empty',
          count: 1,
          lines: [2],
        },
      ],
    });
  });

  it('are read once if the first records show the decimal mark', () => {
    const reader = leadReader(['email', 'budget']);
    const lines = [
      ['a@example.com', '1.234'],
      ['b@example.com', '12,5'],
    ].map((cells) => record(cells));
    reader.assumeFrom(lines);
    expect(reader.read(record(['a@example.com', '1.234']))).toMatchObject({ budget: '1234.00' });
    reader.read(record(['b@example.com', '12,5']));
    expect(reader.settle()).toBe('settled');
  });

  it('count at most 100 unknown values', () => {
    const reader = leadReader(['email', 'status']);
    for (let line = 2; line < 152; line += 1) reader.read(record(['a@example.com', `status ${line}`], line));
    const [{ counts, otherCount } = { counts: new Map(), otherCount: 0 }] = reader.report().unknownValues;
    expect([counts.size, otherCount]).toEqual([100, 50]);
  });
});

describe('our own export', () => {
  it('keeps a phone number that looks like several, or like a rounded one', () => {
    const reader = leadReader(EXPORT_FIELDS.leads);
    const phoneOf = (phone: string) => {
      const values: Partial<Record<string, string>> = { email: 'a@example.com', phone };
      return reader.read(record(EXPORT_FIELDS.leads.map((field) => values[field] ?? '')));
    };
    expect(phoneOf('1 ::: 2')).toMatchObject({ phone: '1 ::: 2' });
    expect(phoneOf('4.9E+11')).toMatchObject({ phone: '4.9E+11' });
  });

  it('returns every text of a lead literally', () => {
    const fields = EXPORT_FIELDS.leads;
    const text = fc
      .oneof(
        fc.constantFrom('N/A', '-', 'NULL', '="030"', "'x", '=1+1', '+49 30', 'None', 'mailto:x', '1.2E+3x'),
        fc.string({ minLength: 1, maxLength: 50, unit: 'grapheme' }),
      )
      .map((value) => checkLeadText('company', value))
      .filter((value): value is string => typeof value === 'string');
    fc.assert(
      fc.property(text, text, text, (company, phone, source) => {
        const values: Partial<Record<string, string>> = {
          company,
          phone,
          source,
          email: 'a@example.com',
          budget: '1234.50',
          status: 'won',
        };
        const cells = fields.map((field) => neutralise(values[field] ?? ''));
        expect(leadReader(fields).read(record(cells))).toMatchObject({
          company,
          phone,
          source,
          budget: '1234.50',
        });
      }),
    );
  });
});

describe('lines about interactions', () => {
  const header = [
    'email',
    'leadExternalId',
    'type',
    'date',
    'notes',
    'direction',
    'externalId',
    'occurrence',
  ];

  it('are normalised by the rules of the API', () => {
    const cells = [
      'Ann@example.com',
      '7',
      'Inbound Call',
      '2026-03-01T09:30:00+01:00',
      ' a\r\nb ',
      '',
      'e1',
      '2',
    ];
    expect(interactionReader(header).read(record(cells))).toEqual({
      ...{
        line: 2,
        email: 'ann@example.com',
        writtenEmail: 'Ann@example.com',
        leadExternalId: '7',
        type: 'call',
        direction: 'inbound',
        notes: 'a\r\nb',
      },
      ...{
        date: '2026-03-01T08:30:00.000Z',
        externalId: 'e1',
        externalSource: 'csv',
        occurrence: 2,
        recordedAt: null,
      },
    });
  });

  it('report every violation', () => {
    const cells = ['', '', 'Task', '31/02/2026', 'x'.repeat(10_001), 'sideways', '', '0'];
    expect(interactionReader(header).read(record(cells))).toMatchObject({
      violations: [
        { column: 'email', message: 'email must not be empty', value: null },
        { column: 'type', value: 'Task' },
        { column: 'direction', value: 'sideways' },
        { column: 'date', message: 'date must be a date of the calendar', value: '31/02/2026' },
        { column: 'notes', message: 'notes must be at most 10000 characters long' },
        { column: 'occurrence', value: '0' },
      ],
    });
    expect(
      interactionReader(header).read(record(['a@example.com', '', '', '', '', '', '', ''])),
    ).toMatchObject({
      violations: [
        { column: 'type', message: 'type must not be empty' },
        { column: 'date', message: 'date must not be empty' },
      ],
    });
  });

  it('without a type get the default type', () => {
    const reader = interactionReader(['email', 'date'], { types: { '': 'meeting' } });
    expect(reader.read(record(['a@example.com', '2026-03-01']))).toMatchObject({ type: 'meeting' });
  });

  it('a given direction has precedence over the one of the type', () => {
    const reader = interactionReader(['email', 'type', 'date', 'direction']);
    expect(reader.read(record(['a@example.com', 'INCOMING_EMAIL', '2026-03-01', 'out']))).toMatchObject({
      direction: 'outbound',
    });
  });

  const TASK = { WhoId: 'x', Subject: 'x', email: 'a@example.com', type: 'call' };
  const OVER = '2020-01-02';
  const NOT_DONE = 'the task is not done, and its date is past';

  it.each<[string, string, Record<string, string>, string | null]>([
    [
      'salesforce',
      'a deleted task',
      { ...TASK, IsDeleted: '1', ActivityDate: OVER },
      'the record is deleted',
    ],
    ['salesforce', 'a task not started', { ...TASK, Status: 'Not Started', ActivityDate: OVER }, NOT_DONE],
    ['salesforce', 'a task not closed', { ...TASK, IsClosed: '0', ActivityDate: OVER }, NOT_DONE],
    [
      'salesforce',
      'a task not closed, in a report',
      { 'Task Subtype': 'Call', Date: OVER, Closed: '0', Email: 'a@example.com' },
      NOT_DONE,
    ],
    [
      'salesforce',
      'an open task of today',
      { ...TASK, Status: 'Not Started', ActivityDate: now().toISOString().slice(0, 10) },
      null,
    ],
    ['salesforce', 'a planned task', { ...TASK, IsClosed: '0', ActivityDate: '2999-01-02' }, null],
    [
      'salesforce',
      'a completed task',
      { ...TASK, Status: 'Completed', IsClosed: '1', ActivityDate: OVER },
      null,
    ],
    [
      'pipedrive',
      'an activity to do',
      {
        Subject: 'x',
        Type: 'Call',
        'Contact person': 'x',
        Email: 'a@example.com',
        Done: 'To do',
        'Due date': OVER,
      },
      'the activity is not done, and its date is past',
    ],
    [
      'hubspot',
      'a canceled meeting',
      {
        'Meeting name': 'x',
        'Meeting start time': OVER,
        'Meeting outcome': 'Canceled',
        Email: 'a@example.com',
      },
      'the meeting did not take place',
    ],
    [
      'hubspot',
      'a meeting without the guest, among activities',
      {
        'Activity type': 'Meeting',
        'Activity date': OVER,
        'Record ID': '1',
        'Meeting outcome': 'No show',
        Email: 'a@example.com',
      },
      'the meeting did not take place',
    ],
  ])('of %s are rejected unless they took place: %s', (preset, _, cells, reason) => {
    const reader = interactionReader(Object.keys(cells), { preset });
    const row = reader.read(record(Object.values(cells)));
    if (reason === null) expect(row).not.toHaveProperty('violations');
    else expect(row).toMatchObject({ violations: [{ message: reason }] });
  });

  it('report local times around a clock change', () => {
    const reader = interactionReader(['email', 'type', 'date'], {}, { timeZone: 'Europe/Berlin' });
    reader.read(record(['a@example.com', 'call', '2026-03-29 02:30'], 2));
    reader.read(record(['a@example.com', 'call', '2026-10-25 02:30'], 3));
    expect(reader.report().warnings).toMatchObject([
      { code: 'skippedTime', lines: [2] },
      { code: 'repeatedTime', lines: [3] },
    ]);
  });

  it('an unknown time zone is an error', () => {
    expect(() => interactionReader(header, {}, { timeZone: 'Berlin' })).toThrow(
      'calls.csv: there is no time zone "Berlin". Use an IANA name such as Europe/Berlin.',
    );
  });
});
