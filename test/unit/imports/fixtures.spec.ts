import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { ChangeLineReader, type ChangeRow } from '../../../src/imports/change-line.js';
import { InteractionLineReader, type InteractionRow } from '../../../src/imports/interaction-line.js';
import { LeadLineReader, type LeadRow } from '../../../src/imports/lead-line.js';
import type { Rejection } from '../../../src/imports/import-report.js';
import type { FileRecord } from '../../../src/imports/line-reader.js';
import { mapFile, type MappingOptions } from '../../../src/imports/mapping/map-file.js';
import type { FormatOptions } from '../../../src/imports/mapping/mapping-file.js';

const FOLDER = path.join(import.meta.dirname, '../../fixtures/imports');

interface Format {
  readonly encoding?: string;
  readonly delimiter?: string;
  readonly preamble?: number;
}

/** Reads a file as the importer does, with its format given instead of detected. */
function readFixture(name: string, { encoding = 'utf-8', delimiter = ',', preamble = 0 }: Format) {
  // The TextDecoder of Node.js 20 reads windows-1252 as ISO-8859-1.
  const text = new TextDecoder(encoding)
    .decode(readFileSync(path.join(FOLDER, name)))
    .replaceAll('\u0080', '€');
  const lines = text.split(/\r?\n/).slice(preamble).join('\n');
  const [header = [], ...rows] = parse(lines, { delimiter, skip_empty_lines: true, relax_quotes: true });
  const records = rows.map((cells, index): FileRecord => ({ line: index + 2, endLine: index + 2, cells }));
  return { header, records };
}

const readAll = <Row>(
  records: readonly FileRecord[],
  reader: { read(record: FileRecord): Row | Rejection; settle(): 'settled' | 'again' },
): (Row | Rejection)[] => {
  const read = () => records.map((record) => reader.read(record));
  const first = read();
  if (reader.settle() === 'settled') return first;
  const second = read();
  expect(reader.settle()).toBe('settled');
  return second;
};

const cellsOf = (records: readonly FileRecord[]) => records.map(({ cells }) => cells);

function readLeads(
  name: string,
  format: Format = {},
  options: MappingOptions = {},
  formats: FormatOptions = {},
) {
  const { header, records } = readFixture(name, format);
  const mapping = mapFile('leads', header, options, name, cellsOf(records));
  const reader = new LeadLineReader(name, mapping, formats);
  return { mapping, rows: readAll<LeadRow>(records, reader), report: reader.report() };
}

function readChanges(name: string) {
  const { header, records } = readFixture(name, {});
  const mapping = mapFile('changes', header, {}, name, cellsOf(records));
  return { mapping, rows: readAll<ChangeRow>(records, new ChangeLineReader(name, mapping, {})) };
}

function readInteractions(
  name: string,
  format: Format = {},
  options: MappingOptions = {},
  formats: FormatOptions = {},
) {
  const { header, records } = readFixture(name, format);
  const mapping = mapFile('interactions', header, options, name, cellsOf(records));
  const reader = new InteractionLineReader(name, mapping, formats);
  return { mapping, rows: readAll<InteractionRow>(records, reader), report: reader.report() };
}

const messages = (row: object | undefined) =>
  row !== undefined && 'violations' in row
    ? (row as Rejection).violations.map(({ column, message, value }) => [column, message, value])
    : row;

const WINDOWS_SEMICOLON = { encoding: 'windows-1252', delimiter: ';' };

describe('files of leads', () => {
  it('HubSpot', () => {
    const { mapping, rows } = readLeads('hubspot-contacts.csv');
    expect(mapping.preset).toBe('hubspot');
    expect(rows).toMatchObject([
      {
        ...{ firstName: 'Ann', lastName: 'Miller', email: 'ann.miller@example.com', phone: '+1 555-0101' },
        ...{ company: 'Example Corp', status: 'new', source: 'Organic Search', externalId: '51' },
        ...{ externalSource: 'hubspot', budget: null, location: null },
      },
      { firstName: 'José', status: 'contacted', company: 'Muster GmbH' },
      { firstName: null, lastName: null, status: 'lost' },
      { status: 'converted' },
    ]);
    expect(mapping.ignored).toContain('Contact owner');
  });

  it('Salesforce: reports and data exports of the same lead have the same id', () => {
    const report = readLeads('salesforce-lead-report.csv', { encoding: 'windows-1252' });
    const data = readLeads('salesforce-lead-export.csv');
    expect([report.mapping.preset, data.mapping.preset]).toEqual(['salesforce', 'salesforce']);
    expect(report.rows).toMatchObject([
      {
        ...{ firstName: 'Ann', lastName: 'Miller', company: 'Example Corp', email: 'ann.miller@example.com' },
        ...{ status: 'new', source: 'Web', location: 'Denver, CO', externalSource: 'salesforce' },
      },
      { lastName: "O'Neil", status: 'contacted' },
      { status: 'converted' },
      { status: 'lost', company: null },
    ]);
    expect(data.rows).toMatchObject([
      { firstName: 'Ann', location: 'Denver, CO, USA', status: 'new', budget: null },
      { firstName: 'Bob', status: 'contacted' },
    ]);
    const ids = (rows: readonly object[]) => rows.map((row) => (row as LeadRow).externalId);
    expect(ids(report.rows).slice(0, 2)).toEqual(ids(data.rows));
  });

  it('Pipedrive: persons', () => {
    const { mapping, rows, report } = readLeads('pipedrive-persons.csv');
    expect(mapping.preset).toBe('pipedrive');
    expect(rows).toMatchObject([
      { firstName: 'Ann', lastName: 'Miller', company: 'Example Corp', phone: '555 0101', externalId: '11' },
      { firstName: 'Bob', lastName: 'van der Berg', email: 'bob@example.com' },
      { email: 'cho@example.com' },
    ]);
    expect(report.warnings).toMatchObject([
      { code: 'nameSplit', count: 1, lines: [3] },
      { code: 'severalAddresses', count: 1, lines: [4] },
    ]);
  });

  it('Pipedrive: deals with decimal commas', () => {
    const { mapping, rows, report } = readLeads('pipedrive-deals.csv', { delimiter: ';' });
    expect(mapping.preset).toBe('pipedrive');
    expect(rows).toMatchObject([
      {
        budget: '12500.00',
        status: 'qualified',
        firstName: 'Ann',
        source: 'Web form',
        company: 'Example Corp',
      },
      { budget: '1234.56', status: 'won', lastName: 'van der Berg' },
      { budget: '0.00', status: 'lost' },
    ]);
    expect(report.formats).toEqual([
      { column: 'Deal - Value', format: 'decimal', value: 'comma', isGiven: false },
    ]);
  });

  it('Zoho', () => {
    const { mapping, rows } = readLeads('zoho-leads.csv');
    expect(mapping.preset).toBe('zoho');
    expect(mapping.ignored).toContain('Annual Revenue');
    expect(rows).toMatchObject([
      {
        firstName: 'Ann',
        status: 'contacted',
        externalId: 'zcrm_4876876000000410001',
        location: 'Denver, CO, USA',
      },
      { firstName: null, lastName: 'Park', status: 'lost' },
      { status: 'qualified', source: null },
    ]);
  });

  it('Odoo', () => {
    const { mapping, rows } = readLeads('odoo-leads.csv');
    expect(mapping.preset).toBe('odoo');
    expect(rows).toMatchObject([
      { firstName: 'Ann', lastName: 'Miller', budget: '12500.00', status: 'new', source: 'Search engine' },
      {
        firstName: 'Bob',
        lastName: 'van der Berg',
        email: 'bob@example.com',
        status: 'proposal',
        budget: '0.00',
      },
      { firstName: 'Cho', lastName: 'Park', status: 'won', budget: '1000.50' },
    ]);
  });

  it('Google Contacts, old and new', () => {
    const old = readLeads('google-contacts-old.csv');
    const current = readLeads('google-contacts.csv');
    expect([old.mapping.preset, current.mapping.preset]).toEqual(['google-contacts', 'google-contacts']);
    expect(old.rows).toMatchObject([
      { firstName: 'Ann', company: 'Example Corp', phone: '555 0101' },
      { firstName: 'Bob', lastName: 'van der Berg', email: 'bob@example.com' },
    ]);
    expect(current.rows).toMatchObject([
      { firstName: 'Ann', lastName: 'Miller', company: 'Example Corp', email: 'ann.miller@example.com' },
    ]);
  });

  it('LinkedIn: connections and lead gen forms', () => {
    const connections = readLeads('linkedin-connections.csv', { preamble: 3 });
    const forms = readLeads('linkedin-lead-gen.csv', { encoding: 'utf-16le', delimiter: '\t' });
    expect([connections.mapping.preset, forms.mapping.preset]).toEqual(['linkedin', 'linkedin']);
    expect(connections.rows).toMatchObject([
      { email: 'ann.miller@example.com', company: 'Example, Inc.' },
      { email: null, externalId: 'https://www.linkedin.com/in/bob-berg-example' },
    ]);
    expect(forms.rows).toMatchObject([
      {
        externalId: 'd1f0c1a2-0001',
        source: 'Spring campaign',
        company: 'Example Corp',
        location: 'United States',
      },
    ]);
  });

  it('Mautic', () => {
    const { mapping, rows } = readLeads('mautic-contacts.csv');
    expect(mapping.preset).toBe('mautic');
    expect(rows).toMatchObject([
      {
        externalId: '5',
        status: 'contacted',
        location: 'Denver, Colorado, United States',
        phone: '+15550101',
      },
    ]);
  });

  it('German Excel in Windows-1252', () => {
    const { mapping, rows, report } = readLeads('excel-german-leads.csv', WINDOWS_SEMICOLON);
    expect(mapping.preset).toBeNull();
    expect(mapping.ignored).toEqual([]);
    expect(rows).toMatchObject([
      {
        firstName: 'Jörg',
        phone: '0301234567',
        company: 'Müller & Söhne GmbH',
        budget: '12500.00',
        status: 'contacted',
      },
      { lastName: 'von der Heide', email: 'ilse@example.com', phone: null, budget: '1234.56', status: 'won' },
      { lastName: 'Groß', email: 'uwe@example.com', phone: null, budget: null, status: 'new' },
    ]);
    expect(report.warnings).toMatchObject([
      { code: 'formulaUndone', count: 1, lines: [2] },
      { code: 'placeholder', count: 3, lines: [3, 4] },
    ]);
  });

  it('UTF-16 with tabs, French and Spanish files', () => {
    const tabs = { encoding: 'utf-16le', delimiter: '\t' };
    expect(readLeads('excel-unicode-text.txt', tabs).rows).toMatchObject([
      { firstName: 'Ann', lastName: 'Miller', budget: '12000.00', status: 'qualified' },
      { firstName: 'Bob van der', lastName: 'Berg', budget: '12000.00', status: 'proposal' },
    ]);
    expect(readLeads('big-endian-french.csv', { encoding: 'utf-16be', delimiter: ';' }).rows).toMatchObject([
      { firstName: 'Zoé', lastName: 'Lefèvre', location: 'Orléans', status: 'contacted', budget: '1234.50' },
    ]);
    expect(readLeads('pipe-spanish.csv', { delimiter: '|' }).rows).toMatchObject([
      { firstName: 'Ana García', lastName: 'López', location: 'Málaga', status: 'won', budget: '5000.50' },
    ]);
  });

  it('stops at an amount with two readings', () => {
    expect(() => readLeads('ambiguous-amounts.csv')).toThrow(
      'ambiguous-amounts.csv, line 2, column "budget": no value decides between point and comma; line 2: "1,234" is 1234 (point) or 1.234 (comma). Decide with --decimal comma or --decimal point.',
    );
    expect(readLeads('ambiguous-amounts.csv', {}, {}, { decimal: 'point' }).rows).toMatchObject([
      { budget: '1234.00' },
      { budget: '500.00' },
    ]);
  });

  it('names every violation of a line with its value', () => {
    const { rows, report } = readLeads('many-violations.csv', {}, {}, { decimal: 'comma' });
    expect(messages(rows[0])).toEqual([
      ['email', 'email must be an e-mail address', 'not an address'],
      ['budget', 'budget must be one amount, not a range', '5k-10k'],
      ['status', expect.stringMatching(/^status must be one of new, /), 'Somewhere'],
    ]);
    expect(messages(rows[1])).toMatchObject([
      ['budget', 'budget must not be negative', '-5'],
      ['status', {}, 'Somewhere'],
    ]);
    expect(report.unknownValues).toEqual([
      {
        column: 'status',
        counts: new Map([
          ['Somewhere', 2],
          ['nowhere else', 1],
        ]),
        otherCount: 0,
      },
    ]);
  });
});

describe('files of interactions', () => {
  it('HubSpot: calls', () => {
    const { mapping, rows, report } = readInteractions(
      'hubspot-calls.csv',
      {},
      {},
      { timeZone: 'Europe/Berlin' },
    );
    expect(mapping.preset).toBe('hubspot');
    expect(rows).toMatchObject([
      {
        ...{ type: 'call', direction: 'outbound', date: '2026-03-02T09:15:00.000Z', leadExternalId: '51' },
        ...{ email: 'ann.miller@example.com', externalId: '70001', externalSource: 'hubspot', occurrence: 1 },
        notes: 'Call with Ann\nWants an offer',
      },
      {
        direction: 'inbound',
        leadExternalId: '52',
        email: 'jose.nunez@example.com',
        notes: 'Call with two people',
      },
      { direction: null, leadExternalId: '54', email: null },
    ]);
    expect(report.warnings.map(({ code, lines }) => [code, lines])).toEqual([
      ['severalIds', [3]],
      ['severalAddresses', [3]],
      ['noAddress', [4]],
    ]);
  });

  it('HubSpot: e-mails, meetings and mixed activities', () => {
    expect(readInteractions('hubspot-emails.csv').rows).toMatchObject([
      { type: 'email', direction: 'outbound', date: '2026-03-02T09:35:00.000Z', leadExternalId: '51' },
      { type: 'email', direction: 'inbound' },
    ]);
    expect(readInteractions('hubspot-meetings.csv').rows).toMatchObject([
      { type: 'meeting', date: '2026-03-05T14:00:00.000Z', notes: 'Product demo\nShowed the product' },
    ]);
    const { rows, report } = readInteractions('hubspot-activities.csv');
    expect(rows.slice(0, 2)).toMatchObject([{ type: 'call' }, { type: 'meeting' }]);
    expect(report.unknownValues).toEqual([
      {
        column: 'Activity type',
        counts: new Map([
          ['Task', 1],
          ['Note', 1],
        ]),
        otherCount: 0,
      },
    ]);
    const mapped = readInteractions('hubspot-activities.csv', {}, { types: { Task: 'call', note: 'email' } });
    expect(mapped.rows.slice(2)).toMatchObject([{ type: 'call' }, { type: 'email' }]);
  });

  it('Salesforce: tasks, events and a report', () => {
    const tasks = readInteractions('salesforce-task-export.csv');
    expect(tasks.mapping.preset).toBe('salesforce');
    expect(tasks.rows[0]).toMatchObject({ recordedAt: '2026-03-02T15:04:05.000Z' });
    expect(tasks.mapping.notices).toContain(
      '"CreatedDate" is the recorded time, and the date of lines without another one',
    );
    expect(tasks.rows.slice(0, 2)).toMatchObject([
      {
        ...{
          type: 'call',
          direction: 'inbound',
          date: '2026-03-02T00:00:00.000Z',
          notes: 'Call\nAsked for prices',
        },
        ...{ leadExternalId: '00QHr00001abcDEMAY', externalId: '00THr00000xyzABMA2', email: null },
      },
      { type: 'email', notes: 'Email: Offer\nBody' },
    ]);
    expect(messages(tasks.rows[2])).toMatchObject([
      ['Type', {}, 'Other'],
      ['IsClosed', 'the task is not done, and its date is past', '0'],
    ]);
    expect(readInteractions('salesforce-event-export.csv').rows).toMatchObject([
      { type: 'meeting', date: '2026-03-05T14:00:00.000Z' },
    ]);
    const report = readInteractions('salesforce-activity-report.csv');
    expect(report.rows).toMatchObject([
      { type: 'call', direction: 'outbound', date: '2026-03-02T00:00:00.000Z' },
      { type: 'meeting', date: '2026-03-25T00:00:00.000Z' },
    ]);
    expect(report.report.formats).toMatchObject([{ column: 'Date', value: 'mdy' }]);
  });

  it('Pipedrive', () => {
    const { mapping, rows } = readInteractions(
      'pipedrive-activities.csv',
      {},
      {},
      { timeZone: 'America/New_York' },
    );
    expect(mapping.preset).toBe('pipedrive');
    expect(rows.slice(0, 2)).toMatchObject([
      {
        type: 'call',
        date: '2026-03-02T14:30:00.000Z',
        notes: 'First call\nNeeds two, budget 20k',
        externalId: '801',
      },
      { type: 'meeting', date: '2026-03-03T05:00:00.000Z', email: 'bob@example.com' },
    ]);
    expect(messages(rows[2])).toMatchObject([
      ['Activity - Type', {}, 'Deadline'],
      ['Activity - Done', 'the activity is not done, and its date is past', 'To do'],
    ]);
  });

  it('Zoho', () => {
    const calls = readInteractions('zoho-calls.csv');
    expect(calls.mapping.preset).toBe('zoho');
    expect(calls.rows).toMatchObject([
      {
        type: 'call',
        direction: 'outbound',
        leadExternalId: 'zcrm_4876876000000410001',
        date: '2026-03-02T10:15:00.000Z',
      },
      { direction: 'inbound' },
    ]);
    expect(readInteractions('zoho-events.csv').rows).toMatchObject([
      { type: 'meeting', date: '2026-03-05T14:00:00.000Z', leadExternalId: 'zcrm_4876876000000410001' },
    ]);
  });

  it('Odoo', () => {
    const { mapping, rows } = readInteractions('odoo-activities.csv');
    expect(mapping.preset).toBe('odoo');
    expect(rows[0]).toMatchObject({ type: 'call', leadExternalId: '__export__.crm_lead_41_1a2b3c4d' });
    expect(messages(rows[1])).toMatchObject([['Activity Type', {}, 'To-Do']]);
  });

  it('German Excel with days and times', () => {
    const { rows } = readInteractions(
      'excel-german-contacts-history.csv',
      WINDOWS_SEMICOLON,
      {},
      { timeZone: 'Europe/Berlin' },
    );
    expect(rows).toMatchObject([
      { type: 'call', direction: 'outbound', date: '2026-03-13T08:30:00.000Z', notes: 'Erstgespräch' },
      { type: 'meeting', direction: null, date: '2026-03-01T23:00:00.000Z' },
      { type: 'email', direction: 'inbound', date: '2026-03-01T06:05:00.000Z' },
    ]);
  });

  it('serial numbers of Excel', () => {
    expect(readInteractions('excel-serial-dates.csv').rows).toMatchObject([
      { date: '2026-03-02T09:30:00.000Z' },
      { date: '2026-03-03T00:00:00.000Z' },
    ]);
  });

  it('stops at dates with two readings', () => {
    expect(() => readInteractions('ambiguous-dates.csv')).toThrow(
      'ambiguous-dates.csv, line 2, column "date": no value decides between dmy and mdy; line 2: "03/05/2026" is 2026-05-03 (dmy) or 2026-03-05 (mdy); line 4: "11/12/2026 09:30" is 2026-12-11 (dmy) or 2026-11-12 (mdy). Decide with --date-order dmy or --date-order mdy.',
    );
    expect(readInteractions('ambiguous-dates.csv', {}, {}, { dateOrder: 'mdy' }).rows).toMatchObject([
      { date: '2026-03-05T00:00:00.000Z' },
      { date: '2026-05-05T00:00:00.000Z' },
      { date: '2026-11-12T09:30:00.000Z' },
    ]);
  });
});

describe('stage histories', () => {
  it('Salesforce: fields of leads', () => {
    const { mapping, rows } = readChanges('salesforce-lead-history.csv');
    expect(mapping.preset).toBe('salesforce');
    expect(rows[0]).toMatchObject({
      isCreation: true,
      status: null,
      statusBefore: null,
      effectiveAt: '2026-01-15T10:00:00.000Z',
    });
    expect(rows[1]).toMatchObject({
      isCreation: false,
      statusBefore: 'new',
      externalId: '00QHr00001abcDEMAY',
      externalSource: 'salesforce',
      status: 'contacted',
      budget: null,
      effectiveAt: '2026-02-02T15:04:05.000Z',
      recordedAt: '2026-02-02T15:04:05.000Z',
    });
    expect(messages(rows[2])).toEqual([
      ['Field', 'the line is about another field than the status', 'Owner'],
    ]);
    expect(messages(rows[3])).toEqual([['IsDeleted', 'the record is deleted', '1']]);
  });

  it('Salesforce: opportunities', () => {
    const { mapping, rows } = readChanges('salesforce-opportunity-history.csv');
    expect(mapping.preset).toBe('salesforce');
    expect(rows).toMatchObject([
      { externalId: '006Hr00001abcDEIAY', status: 'new', budget: null },
      { status: 'negotiation', budget: '12000.00' },
      { status: 'closed_won', budget: '12500.00', recordedAt: '2026-03-02T15:04:05.000Z' },
    ]);
  });
});

it('every file of the folder is read by a test, and described', () => {
  const spec = readFileSync(import.meta.filename, 'utf8');
  const files = readdirSync(FOLDER).filter((name) => name !== 'README.md');
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((name) => !spec.includes(`'${name}'`))).toEqual([]);
});
