import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { insertLead } from '../support/fixtures.js';
import { counts, useImporter } from '../support/imports.js';

const setUp = useImporter();

/** All rows that an import may write, without those of its record. */
const readAll = async () => ({
  leads: await setUp.other.rows('SELECT * FROM leads ORDER BY id'),
  interactions: await setUp.other.rows('SELECT * FROM interactions ORDER BY id'),
  scores: await setUp.other.rows('SELECT * FROM lead_scores ORDER BY "leadId"'),
  changes: await setUp.other.rows('SELECT * FROM import_changes'),
});

const readNames = () =>
  setUp.other.rows('SELECT email, "firstName", "externalSource", "externalId" FROM leads ORDER BY id');

const LEADS = [
  'externalId,email,firstName,lastName,budget',
  'A1,a@example.com,Ada,One,10',
  'B1,b@example.com,Bob,Two,',
];
const INTERACTIONS = [
  'leadExternalId,externalId,type,date,notes,direction',
  'A1,I1,call,2026-01-01T10:00:00Z,hello,inbound',
  'A1,,call,2026-01-01T10:00:00Z,hello again,',
  'B1,I2,email,2026-01-02T10:00:00Z,,outbound',
];

describe('importing the same files again', () => {
  it('changes nothing, not even a date, and says so', async () => {
    const first = await setUp.importer.import({ leads: LEADS, interactions: INTERACTIONS });
    expect([first.rejected, first.report]).toMatchObject([
      [],
      { leads: counts(2, 0, 0, 0), interactions: counts(3, 0, 0, 0), scoreCount: 2 },
    ]);
    const before = await readAll();
    const second = await setUp.importer.import({ leads: LEADS, interactions: INTERACTIONS });
    expect(second.report).toMatchObject({
      leads: counts(0, 0, 2, 0),
      interactions: counts(0, 0, 3, 0),
      scoreCount: 0,
    });
    expect(await readAll()).toEqual(before);
  });

  it('updates what has changed in the file, by external id', async () => {
    await setUp.importer.import({ leads: LEADS, interactions: INTERACTIONS });
    const { report, rejected } = await setUp.importer.import({
      leads: ['externalId,email,firstName', 'A1,new@example.com,Ada', 'B1,,Robert'],
      interactions: [
        'leadExternalId,externalId,type,date,notes',
        'B1,I1,meeting,2026-01-03T10:00:00Z,',
        'B1,I2,email,2026-01-02T10:00:00Z,',
      ],
    });
    expect([rejected, report]).toMatchObject([
      [],
      { leads: counts(0, 2, 0, 0), interactions: counts(0, 1, 1, 0), scoreCount: 2 },
    ]);
    expect(await readNames()).toEqual([
      { email: 'new@example.com', firstName: 'Ada', externalSource: 'csv', externalId: 'A1' },
      { email: 'b@example.com', firstName: 'Robert', externalSource: 'csv', externalId: 'B1' },
    ]);
    // The interaction has moved to the other lead, and keeps the notes that the file does not give.
    expect(
      await setUp.other.rows(
        'SELECT "leadId", type, notes, direction FROM interactions WHERE "externalId" = $1',
        ['I1'],
      ),
    ).toEqual([{ leadId: 2, type: 'meeting', notes: 'hello', direction: 'inbound' }]);
    expect(await setUp.other.rows('SELECT "meetingCount", "callCount" FROM leads ORDER BY id')).toEqual([
      { meetingCount: 0, callCount: 1 },
      { meetingCount: 1, callCount: 0 },
    ]);
  });

  it('scores the lead that an interaction is moved away from', async () => {
    await setUp.importer.import({ leads: LEADS, interactions: INTERACTIONS });
    await setUp.importer.import({
      interactions: ['leadExternalId,externalId,type,date', 'A1,I2,email,2026-01-02T10:00:00Z'],
    });
    expect(
      await setUp.other.rows('SELECT "outboundEmailCount", "nextInteractionAt" FROM leads ORDER BY id'),
    ).toEqual([
      { outboundEmailCount: 1, nextInteractionAt: null },
      { outboundEmailCount: 0, nextInteractionAt: null },
    ]);
  });

  it('finds interactions without an external id by lead, type, date and notes', async () => {
    await insertLead(setUp.other, { email: 'a@example.com' });
    const lines = [
      'email,type,date,notes',
      'a@example.com,call,2026-01-01,',
      'a@example.com,call,2026-01-01,other notes',
      'a@example.com,email,2026-01-01,',
      'a@example.com,call,2026-01-02,',
      'a@example.com,call,2026-01-02,',
    ];
    const first = await setUp.importer.import({ interactions: lines });
    expect(first.report.interactions).toMatchObject({ ...counts(4, 0, 0, 0), duplicateLines: 1 });
    const second = await setUp.importer.import({ interactions: lines });
    expect(second.report.interactions).toMatchObject({ ...counts(0, 0, 4, 0), duplicateLines: 1 });
    const third = await setUp.importer.import({ interactions: lines }, { allowDuplicates: true });
    expect(third.report.interactions).toMatchObject({ ...counts(5, 0, 0, 0), duplicateLines: 0 });
  });

  it('counts a line without an external id as the equal line with one', async () => {
    await insertLead(setUp.other, { email: 'a@example.com' });
    const lines = [
      'email,externalId,type,date,direction,occurrence',
      'a@example.com,I1,call,2026-01-01,,1',
      'a@example.com,,call,2026-01-01,outbound,1',
      'a@example.com,,call,2026-01-01,inbound,2',
    ];
    for (const expected of [counts(2, 0, 0, 0), counts(0, 0, 2, 0)]) {
      const { report } = await setUp.importer.import({ interactions: lines });
      expect(report.interactions).toMatchObject({ ...expected, duplicateLines: 1 });
    }
    expect(await setUp.other.rows('SELECT "externalId", direction FROM interactions ORDER BY id')).toEqual([
      { externalId: 'I1', direction: null },
      { externalId: null, direction: 'inbound' },
    ]);
  });

  it('keeps equal interactions apart by their occurrence', async () => {
    await insertLead(setUp.other, { email: 'a@example.com' });
    const lines = [
      'email,type,date,occurrence',
      'a@example.com,call,2026-01-01,1',
      'a@example.com,call,2026-01-01,2',
    ];
    expect((await setUp.importer.import({ interactions: lines })).report.interactions).toMatchObject(
      counts(2, 0, 0, 0),
    );
    expect((await setUp.importer.import({ interactions: lines })).report.interactions).toMatchObject(
      counts(0, 0, 2, 0),
    );
  });
});

describe('the identity of leads', () => {
  it('counts leads and names the repeated lines if several lines mean one lead', async () => {
    const lines = [
      'email,firstName,lastName,phone',
      'a@example.com,Ada,One,',
      'a@example.com,Ada,,1',
      'A@example.com,Anna,,',
    ];
    const first = await setUp.importer.import({ leads: lines });
    expect(first.report.leads).toMatchObject({
      ...counts(1, 0, 0, 0),
      duplicateLines: 2,
      examples: [
        { outcome: 'inserted', lines: [4] },
        { outcome: 'duplicate', lines: [2, 3] },
      ],
    });
    const second = await setUp.importer.import({ leads: lines });
    expect(second.report.leads).toMatchObject({ ...counts(0, 0, 1, 0), duplicateLines: 2 });
    expect(await setUp.other.rows('SELECT "firstName", "lastName", phone FROM leads')).toEqual([
      { firstName: 'Anna', lastName: 'One', phone: '1' },
    ]);
  });

  it('adopts a lead that was created without an external id, and keeps the id of another source', async () => {
    const ada = await insertLead(setUp.other, { email: 'a@example.com' });
    const bob = await insertLead(setUp.other, { email: 'b@example.com' });
    await setUp.other.rows(`UPDATE leads SET "externalSource" = 'erp', "externalId" = 'X' WHERE id = $1`, [
      bob,
    ]);
    const { report, rejected } = await setUp.importer.import({
      leads: ['externalId,email,firstName', 'A1,a@example.com,Ada', 'B1,b@example.com,Bob'],
      interactions: ['leadExternalId,type,date', 'A1,call,2026-01-01', 'B1,call,2026-01-01'],
    });
    expect([rejected, report]).toMatchObject([
      [],
      { leads: counts(0, 2, 0, 0), interactions: counts(2, 0, 0, 0) },
    ]);
    expect(report.leads?.warnings).toContainEqual({
      message: 'ids are ignored, because the lead has an external id of another system',
      count: 1,
      lines: [3],
    });
    expect(
      await setUp.other.rows('SELECT id, "externalSource", "externalId" FROM leads ORDER BY id'),
    ).toEqual([
      { id: ada, externalSource: 'csv', externalId: 'A1' },
      { id: bob, externalSource: 'erp', externalId: 'X' },
    ]);
    expect(await setUp.other.rows('SELECT "leadId" FROM interactions ORDER BY id')).toEqual([
      { leadId: ada },
      { leadId: bob },
    ]);
  });

  it('rejects lines that contradict a lead or an earlier line, each with its value', async () => {
    await setUp.importer.import({ leads: LEADS });
    const { report, rejected } = await setUp.importer.import({
      leads: [
        'externalId,email,firstName,lastName',
        'A1,b@example.com,Ada,One',
        'A2,a@example.com,Ada,Two',
        'N1,n@example.com,New,One',
        'N2,n@example.com,New,Two',
        'N3,,New,Three',
        'N4,m@example.com,,Four',
      ],
    });
    expect(rejected).toEqual([
      'leads 2: another lead has this e-mail',
      'leads 3: the lead with this e-mail has another external id of the same source',
      'leads 5: an earlier line has this e-mail with another external id',
      'leads 6: email must not be empty for a new lead',
      'leads 7: firstName must not be empty for a new lead',
    ]);
    expect(report.leads?.rejections.map(({ violations }) => violations[0])).toMatchObject([
      { column: 'email', value: 'b@example.com' },
      { column: 'externalId', value: 'A2' },
      { column: 'email', value: 'n@example.com' },
      { column: 'email', value: null },
      { column: 'firstName', value: null },
    ]);
    expect(report.leads).toMatchObject(counts(1, 0, 0, 5));
  });

  it('joins lines of one lead that name it by id or by e-mail', async () => {
    const { report, rejected } = await setUp.importer.import({
      leads: [
        'externalId,email,firstName,lastName,phone',
        ',a@example.com,,,1',
        'A1,a@example.com,Ada,One,',
        'A1,,,Changed,',
      ],
    });
    expect([rejected, report.leads]).toMatchObject([[], { ...counts(1, 0, 0, 0), duplicateLines: 2 }]);
    expect(await setUp.other.rows('SELECT "externalId", "lastName", phone FROM leads')).toEqual([
      { externalId: 'A1', lastName: 'Changed', phone: '1' },
    ]);
  });

  it('joins a line with an external id alone to the lead that another line finds by e-mail', async () => {
    await insertLead(setUp.other, { email: 'a@example.com' });
    const { report, rejected } = await setUp.importer.import({
      leads: ['externalId,email,firstName,phone', 'A1,,Changed,', 'A1,a@example.com,,1'],
    });
    expect([rejected, report.leads]).toMatchObject([[], { ...counts(0, 1, 0, 0), duplicateLines: 1 }]);
    expect(await setUp.other.rows('SELECT "externalId", "firstName", phone FROM leads')).toEqual([
      { externalId: 'A1', firstName: 'Changed', phone: '1' },
    ]);
  });

  it('keeps ids of two sources apart', async () => {
    await setUp.importer.import({ leads: LEADS }, { externalSource: 'one' });
    const { report } = await setUp.importer.import(
      { leads: ['externalId,email,firstName,lastName', 'A1,other@example.com,Other,Lead'] },
      { externalSource: 'two' },
    );
    expect(report.leads).toMatchObject(counts(1, 0, 0, 0));
  });
});

describe('options for two files', () => {
  it('apply to the file that has the column', async () => {
    const { rejected, report } = await setUp.importer.import(
      {
        leads: ['Mail,firstName,lastName', 'a@example.com,Ada,One'],
        interactions: ['Lead,Art,date', 'a@example.com,Demo day,2026-01-01'],
      },
      { map: ['Mail=email', 'Lead=email', 'Art=type'], mapType: ['Demo day=meeting'] },
    );
    expect([rejected, report]).toMatchObject([[], { leads: { inserted: 1 }, interactions: { inserted: 1 } }]);
    await expect(
      setUp.importer.import({ leads: LEADS, interactions: INTERACTIONS }, { map: ['Nowhere=email'] }),
    ).rejects.toMatchObject({ code: 'IMPORT_FILE_INVALID' });
  });
});

describe('a dry run', () => {
  it('rejects the lines of a file with rejected lines again until they are mended', async () => {
    const file = path.join(setUp.importer.directory.path, 'rejected.csv');
    const leads = ['email,firstName,lastName', '"a@example.com,Ann,One', 'b@example.com,,Two'];
    await setUp.importer.import({ leads }, {}, { rejectedTo: { leads: file } });
    const rejected = await readFile(file, 'utf8');
    expect(rejected).toContain('whole line: ');
    const { report } = await setUp.importer.import({ leads: rejected });
    expect(report.leads).toMatchObject(counts(0, 0, 0, 2));
  });

  it('decides by the values what an ambiguous header means', async () => {
    const report = await setUp.importer.dryRun({
      leads: ['Correo;Nombre;Apellidos;Estado', 'a@example.com;Ada;Muster Beispiel;Ganado'],
    });
    expect(report.leads).toMatchObject({
      inserted: 1,
      columns: [{ field: 'email' }, { field: 'firstName' }, { field: 'lastName' }, { field: 'status' }],
    });
  });

  it('warns if the ids of the two files seem to be of different systems', async () => {
    const report = await setUp.importer.dryRun({
      leads: ['Lead Id,Last Name,First Name,Email', 'zcrm_4876876000000123001,A,B,a@example.com'],
      interactions: ['WhoId,Subject,ActivityDate,Type', '00Q000000000001,Hello,2026-01-01,call'],
    });
    expect(report.interactions?.warnings.map(({ message }) => message)).toContain(
      'its ids of leads are those of salesforce, but the other file has ids of zoho; if both files are of one system, set --external-source',
    );
  });

  it('reports exactly what the import then does, and writes nothing', async () => {
    await setUp.importer.import({ leads: LEADS, interactions: INTERACTIONS });
    const csv = {
      leads: [
        'externalId,email,firstName,lastName,budget',
        'A1,,Ada,Changed,',
        'B1,b@example.com,Bob,Two,',
        'C1,c@example.com,Cy,Three,7',
        'C1,,,,8',
        'D1,not an address,Dee,Four,',
        'E1,e@example.com,,Five,',
      ],
      interactions: [
        'leadExternalId,externalId,type,date,notes',
        'A1,I1,meeting,2026-01-01T10:00:00Z,hello',
        'A1,,call,2026-01-01T10:00:00Z,hello again',
        'C1,I3,call,2026-02-01T10:00:00Z,',
        'C1,I3,email,2026-02-01T10:00:00Z,',
        'C1,,call,2026-02-02T10:00:00Z,',
        'C1,,call,2026-02-02T10:00:00Z,',
        'E1,,call,2026-02-02T10:00:00Z,',
        'Z9,,call,2026-02-02T10:00:00Z,',
      ],
    };
    const before = { ...(await readAll()), imports: await setUp.other.rows('SELECT * FROM imports') };
    const planned = await setUp.importer.dryRun(csv);
    expect({ ...(await readAll()), imports: await setUp.other.rows('SELECT * FROM imports') }).toEqual(
      before,
    );
    expect(planned).toMatchObject({
      leads: { ...counts(1, 1, 1, 2), duplicateLines: 1 },
      interactions: { ...counts(2, 1, 1, 2), duplicateLines: 2 },
    });
    const { report } = await setUp.importer.import(csv);
    expect({ ...report, scoreCount: 0 }).toEqual(planned);
  });

  it('knows the e-mails that the import changes', async () => {
    await setUp.importer.import({ leads: LEADS });
    const csv = {
      leads: ['externalId,email', 'A1,moved@example.com'],
      interactions: ['email,type,date', 'a@example.com,call,2026-01-01', 'moved@example.com,call,2026-01-01'],
    };
    const planned = await setUp.importer.dryRun(csv);
    const { report, rejected } = await setUp.importer.import(csv);
    expect(rejected).toEqual(['interactions 2: no lead has this e-mail']);
    expect({ ...report, scoreCount: 0 }).toEqual(planned);
  });

  it('waits for no lock of other writers', async () => {
    const id = await insertLead(setUp.other, { email: 'a@example.com' });
    await setUp.other.rows('BEGIN');
    await setUp.other.rows('UPDATE leads SET budget = 1 WHERE id = $1', [id]);
    const report = await setUp.importer.dryRun({ leads: ['email,budget', 'a@example.com,5'] });
    await setUp.other.rows('ROLLBACK');
    expect(report.leads).toMatchObject(counts(0, 1, 0, 0));
  });
});
