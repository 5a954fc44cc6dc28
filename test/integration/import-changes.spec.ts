import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { insertInteraction, insertLead } from '../support/fixtures.js';
import { counts, useImporter } from '../support/imports.js';

const setUp = useImporter();

interface Change {
  readonly effectiveAt: Date;
  readonly recordedAt: Date;
  readonly importId: number | null;
  readonly statusBefore: string | null;
  readonly statusAfter: string;
  readonly budgetBefore: string | null;
  readonly budgetAfter: string | null;
}

/** The history of a lead in its order, as `2026-01-01 new → won, null → 10.00` for each change. */
async function readHistory(leadId: number): Promise<string[]> {
  const changes = await readChanges(leadId);
  return changes.map(
    ({ effectiveAt, statusBefore, statusAfter, budgetBefore, budgetAfter }) =>
      `${effectiveAt.toISOString().slice(0, 10)} ${statusBefore} → ${statusAfter}, ${budgetBefore} → ${budgetAfter}`,
  );
}

const readChanges = (leadId: number): Promise<Change[]> =>
  setUp.other.rows<Change>(
    'SELECT * FROM lead_changes WHERE "leadId" = $1 AND "importId" IS NOT NULL ORDER BY "effectiveAt", id',
    [leadId],
  );

/** Replaces the history of a lead by one change. */
const setBeginning = (leadId: number, at: string, changedBy: string) =>
  setUp.other.rows(`
    SET session_replication_role = replica;
    DELETE FROM lead_changes WHERE "leadId" = ${leadId};
    INSERT INTO lead_changes ("effectiveAt", "recordedAt", "leadId", "statusAfter", "budgetAfter", "changedBy")
    SELECT '${at}', '${at}', id, status, budget, '${changedBy}' FROM leads WHERE id = ${leadId};
    SET session_replication_role = DEFAULT`);

const undo = (id: number) => setUp.importer.service.undo(id, 'tester');

const RECORDED_NOW = /no recorded time, so they count as known only from this import on.*--recorded-as-dated/;

const warningsOf = (file: { readonly warnings: readonly { message: string; count: number }[] } | null) =>
  file?.warnings.map(({ message, count }) => `${message} (${count})`) ?? [];

describe('the import of changes', () => {
  it('adds the history of leads in the order of the dates, and leaves the leads as they are', async () => {
    const ada = await insertLead(setUp.other, { email: 'ada@looms.example', status: 'won', budget: 70 });
    const bob = await insertLead(setUp.other, { email: 'bob@example.com' });
    await setUp.other.rows(
      `UPDATE leads SET "externalSource" = 'csv', "externalId" = 'B1', company = 'Looms' WHERE id = ${bob}`,
    );
    const read = () => setUp.other.rows('SELECT * FROM leads ORDER BY id');
    const before = await read();
    const { id, report, rejected } = await setUp.importer.import({
      changes: [
        'email,externalId,status,budget,date',
        'ada@looms.example,,Closed Won,,2026-03-01',
        'ADA@looms.example,,new,"1,500.50",2026-01-01T10:00:00Z',
        'ada@looms.example,,,60,2026-02-01',
        ',B1,Qualifiziert,,2026-01-05',
      ],
    });
    expect(rejected).toEqual([]);
    expect(report.changes).toMatchObject(counts(4, 0, 0, 0));
    expect(report.scoreCount).toBe(0);
    expect(await readHistory(ada)).toEqual([
      '2026-01-01 null → new, null → 1500.50',
      '2026-02-01 new → new, 1500.50 → 60.00',
      '2026-03-01 new → closed_won, 60.00 → 60.00',
    ]);
    expect(await readHistory(bob)).toEqual(['2026-01-05 null → qualified, null → null']);
    expect(
      await setUp.other.rows(
        `SELECT "importId", company, "emailDomain", "changedBy" FROM lead_changes WHERE "leadId" = ${bob} AND "importId" IS NOT NULL`,
      ),
    ).toEqual([
      {
        importId: id,
        company: 'Looms',
        emailDomain: 'example.com',
        changedBy: 'database role postgres',
      },
    ]);
    expect(warningsOf(report.changes)).toContainEqual(
      expect.stringMatching(
        /^source, company, location and e-mail domain .* are those of the lead now.*\(4\)$/,
      ),
    );
    expect(await read()).toEqual(before);
  });

  it('finds the change before a line among the stored ones, but not in a history that the migration began', async () => {
    const ada = await insertLead(setUp.other, { email: 'a@example.com', status: 'won', budget: 70 });
    const bob = await insertLead(setUp.other, { email: 'b@example.com', status: 'won', budget: 70 });
    await setBeginning(ada, '2020-01-01', 'migration');
    await setBeginning(bob, '2025-06-01', 'migration');
    const header = 'email,status,budget,date';
    await setUp.importer.import({ changes: [header, 'a@example.com,new,5,2026-01-01'] });
    await setUp.importer.import({
      changes: [header, 'a@example.com,lost,,2026-01-03', 'a@example.com,,8,2026-01-02'],
    });
    expect(await readHistory(ada)).toEqual([
      '2026-01-01 null → new, null → 5.00',
      '2026-01-02 new → new, 5.00 → 8.00',
      '2026-01-03 new → lost, 8.00 → 8.00',
    ]);
    const { rejected } = await setUp.importer.import({ changes: [header, 'b@example.com,,9,2026-01-01'] });
    expect(rejected).toEqual([
      'changes 2: status must not be empty, because the lead has no earlier change with a status',
    ]);
  });

  it('rejects lines of the future, after a change that the server has recorded, without values, or of no lead', async () => {
    const ada = await insertLead(setUp.other, { email: 'a@example.com' });
    await setBeginning(ada, '2026-02-01T10:00:00Z', 'api');
    const { report, rejected } = await setUp.importer.import({
      changes: [
        'email,status,budget,date,recordedAt',
        'a@example.com,won,,2099-01-01,',
        'a@example.com,won,,2026-02-01T10:00:00.001Z,',
        'a@example.com,,,2026-01-01,',
        'a@example.com,sideways,,2026-01-01,',
        'nobody@example.com,won,,2026-01-01,',
        'a@example.com,won,,,',
        'a@example.com,won,,2026-01-01,2099-01-01',
        'a@example.com,won,,2026-02-01T10:00:00Z,',
      ],
    });
    expect(report.changes).toMatchObject(counts(1, 0, 0, 7));
    expect(rejected).toEqual([
      'changes 2: date must not be in the future',
      expect.stringMatching(
        /^changes 3: date must not be after the latest change .*; change the lead instead$/,
      ),
      'changes 4: status and budget must not both be empty',
      expect.stringMatching(/^changes 5: status must be one of/),
      'changes 6: no lead has this e-mail',
      'changes 7: date must not be empty',
      'changes 8: recordedAt must not be in the future',
    ]);
    expect(await readHistory(ada)).toEqual(['2026-02-01 new → won, null → null']);
  });

  it('adds nothing if a line exists, in the file or in the history', async () => {
    const ada = await insertLead(setUp.other, { email: 'a@example.com' });
    const changes = [
      'email,status,budget,date',
      'a@example.com,new,,2026-01-01',
      'a@example.com,qualified,100,2026-01-02',
      'a@example.com,proposal,200,2026-01-02',
      'a@example.com,contacted,,2026-01-02',
      'a@example.com,new,,2026-01-01',
      'a@example.com,won,,2026-01-03',
    ];
    const first = await setUp.importer.import({ changes });
    expect(first.report.changes).toMatchObject({ ...counts(5, 0, 0, 0), duplicateLines: 1 });
    expect(warningsOf(first.report.changes)).toContain(
      'changes of one lead have the same date; those with a status take effect first, each in the order of the file (3)',
    );
    const history = await readHistory(ada);
    expect(history).toEqual([
      '2026-01-01 null → new, null → null',
      '2026-01-02 new → qualified, null → 100.00',
      '2026-01-02 qualified → proposal, 100.00 → 200.00',
      '2026-01-02 proposal → contacted, 200.00 → 200.00',
      '2026-01-03 contacted → won, 200.00 → 200.00',
    ]);
    const second = await setUp.importer.import({ changes });
    expect(second.report.changes).toMatchObject(counts(0, 0, 6, 0));
    expect(await readHistory(ada)).toEqual(history);
  });

  it('imports the history of leads of the same import, as its dry run reports', async () => {
    const bob = await insertLead(setUp.other, { email: 'b@example.com' });
    await setBeginning(bob, '2025-01-01', 'api');
    const csv = {
      leads: [
        'externalId,email,firstName,lastName,status',
        'N1,n@example.com,New,Lead,won',
        'B1,b@example.com,Bob,Two,won',
        'U1,u@example.com,,,',
      ],
      interactions: ['email,type,date', 'n@example.com,call,2026-01-01'],
      changes: [
        'externalId,status,date',
        'N1,contacted,2026-01-01',
        'B1,contacted,2026-01-01',
        'U1,contacted,2026-01-01',
      ],
    };
    const planned = await setUp.importer.dryRun(csv);
    expect(await setUp.other.rows('SELECT FROM lead_changes WHERE "importId" IS NOT NULL')).toEqual([]);
    const { report, rejected } = await setUp.importer.import(csv);
    expect(planned.changes).toEqual(report.changes);
    expect(rejected).toContain('changes 4: no lead has this external id');
    expect(report.changes).toMatchObject(counts(2, 0, 0, 1));
    expect(await readHistory(bob)).toEqual(['2026-01-01 new → contacted, null → null']);
  });

  describe('of the fields of Salesforce', () => {
    const HEADER = 'Id,IsDeleted,LeadId,CreatedDate,Field,OldValue,NewValue';
    const idOf = (n: number) => `00QHr00001abcD${n}AAA`;
    const line = (n: number, day: string, field: string, before = '', after = '') =>
      `017Hr00000xyzA${n}MA2,0,${idOf(n)},${day}T00:00:00Z,${field},${before},${after}`;

    async function insertLeads(count: number, status: string): Promise<number[]> {
      const ids: number[] = [];
      for (let n = 1; n <= count; n += 1) {
        const id = await insertLead(setUp.other, { status, budget: 70 });
        await setUp.other.rows(
          `UPDATE leads SET "externalSource" = 'salesforce', "externalId" = '${idOf(n)}' WHERE id = ${id}`,
        );
        ids.push(id);
      }
      return ids;
    }

    it('begins with the creation of the lead, in the status that the next change replaced', async () => {
      const [changed = 0, unchanged = 0, changedTwice = 0, unknown = 0] = await insertLeads(4, 'qualified');
      const changes = [
        HEADER,
        line(1, '2026-02-01', 'Status', 'Open - Not Contacted', 'Closed - Converted'),
        line(1, '2026-01-01', 'created'),
        line(1, '2026-01-15', 'Owner', 'Sam Sales', 'Pat Sales'),
        line(2, '2026-01-01', 'created'),
        line(3, '2026-01-01', 'created'),
        line(3, '2026-01-01', 'Status', 'Open - Not Contacted', 'Working - Contacted'),
        line(3, '2026-03-01', 'Status', 'Working - Contacted', 'Closed - Not Converted'),
        line(4, '2026-01-01', 'created'),
        line(4, '2026-02-01', 'Status', '', 'Working - Contacted'),
      ];
      const planned = await setUp.importer.dryRun({ changes });
      const { report, rejected } = await setUp.importer.import({ changes });
      expect(planned.changes).toEqual(report.changes);
      expect(rejected).toEqual(['changes 4: the line is about another field than the status']);
      expect(report.changes).toMatchObject({ ...counts(8, 0, 0, 1), unknownValues: [] });
      expect(warningsOf(report.changes)).not.toContainEqual(expect.stringMatching(/begins with this line/));
      expect(await readHistory(changed)).toEqual([
        '2026-01-01 null → new, null → null',
        '2026-02-01 new → converted, null → null',
      ]);
      expect(await readHistory(unchanged)).toEqual(['2026-01-01 null → qualified, null → null']);
      expect(await readHistory(changedTwice)).toEqual([
        '2026-01-01 null → new, null → null',
        '2026-01-01 new → contacted, null → null',
        '2026-03-01 contacted → lost, null → null',
      ]);
      // Nothing is known of an earlier status.
      expect(await readHistory(unknown)).toEqual([
        '2026-01-01 null → contacted, null → null',
        '2026-02-01 contacted → contacted, null → null',
      ]);
      const again = await setUp.importer.import({ changes });
      expect(again.report.changes).toMatchObject(counts(0, 0, 8, 1));
    });

    it('is the same in any order of its files, and a later creation is rejected', async () => {
      const [ascending = 0, descending = 0] = await insertLeads(2, 'won');
      const files = (n: number) => [
        [HEADER, line(n, '2026-01-01', 'created')],
        [
          HEADER,
          line(n, '2026-02-01', 'Status', 'Open - Not Contacted', 'Working - Contacted'),
          line(n, '2026-03-01', 'Status', 'Working - Contacted', 'Closed - Converted'),
        ],
      ];
      const expected = [
        '2026-01-01 null → new, null → null',
        '2026-02-01 new → contacted, null → null',
        '2026-03-01 contacted → converted, null → null',
      ];
      const imports: number[] = [];
      for (const changes of files(1)) {
        const { id, report } = await setUp.importer.import({ changes });
        imports.push(id);
        expect(warningsOf(report.changes)).not.toContainEqual(expect.stringMatching(/begins with this line/));
      }
      for (const changes of files(2).toReversed()) await setUp.importer.import({ changes });
      expect(await readHistory(ascending)).toEqual(expected);
      expect(await readHistory(descending)).toEqual(expected);
      expect((await readChanges(ascending)).map(({ importId }) => importId)).toEqual([
        imports[0],
        imports[1],
        imports[1],
      ]);
      for (const changes of [...files(1), ...files(2)]) {
        expect((await setUp.importer.import({ changes })).report.changes?.inserted).toBe(0);
      }
      const { rejected } = await setUp.importer.import({
        changes: [HEADER, line(1, '2026-02-15', 'created'), line(2, '2026-01-02', 'created')],
      });
      const notFirst =
        'date must be before the first change of the lead, because the line is about its creation';
      expect(rejected).toEqual([`changes 2: ${notFirst}`, `changes 3: ${notFirst}`]);
      expect(await readHistory(ascending)).toEqual(expected);
    });

    it('keeps a first status that a file gave, whatever a later change says it replaced', async () => {
      const lead = await insertLead(setUp.other, { email: 'a@example.com', status: 'won' });
      const header = 'email,From Stage,To Stage,Edit Date';
      await setUp.importer.import({ changes: [header, 'a@example.com,,New,2026-01-01'] });
      await setUp.importer.import({ changes: [header, 'a@example.com,Qualified,Closed Won,2026-02-01'] });
      expect(await readHistory(lead)).toEqual([
        '2026-01-01 null → new, null → null',
        '2026-02-01 new → closed_won, null → null',
      ]);
    });

    it('has the replaced status of its first change without a creation, and warns', async () => {
      const [lead = 0] = await insertLeads(3, 'won');
      const changes = [
        HEADER,
        line(1, '2026-02-01', 'Status', 'Open - Not Contacted', 'Closed - Converted'),
        line(2, '2026-02-01', 'Status', '', 'Working - Contacted'),
        line(3, '2026-02-01', 'Status', '', 'Closed - Converted'),
      ];
      const { report } = await setUp.importer.import({ changes });
      expect(await readHistory(lead)).toEqual(['2026-02-01 new → converted, null → null']);
      expect(report.changes?.warnings).toContainEqual({
        message: expect.stringMatching(/^the history of the lead begins with this line/) as string,
        count: 2,
        lines: [2, 4],
      });
      const reports = await insertLead(setUp.other, { email: 'a@example.com' });
      await setUp.importer.import({
        changes: [
          'email,From Stage,To Stage,Amount,Edit Date',
          'a@example.com,Qualified,Closed Won,500,2026-02-01',
        ],
      });
      expect(await readHistory(reports)).toEqual(['2026-02-01 qualified → closed_won, 500.00 → 500.00']);
      await setUp.importer.import({ changes: [HEADER, line(1, '2026-01-01', 'created')] });
      expect(await readHistory(lead)).toEqual([
        '2026-01-01 null → new, null → null',
        '2026-02-01 new → converted, null → null',
      ]);
    });
  });

  it('is undone together with the leads and interactions of the import', async () => {
    const ada = await insertLead(setUp.other, { email: 'a@example.com' });
    const header = 'email,status,date';
    await setUp.importer.import({ changes: [header, 'a@example.com,new,2026-01-01'] });
    const { id } = await setUp.importer.import({
      leads: ['email,firstName,lastName', 'n@example.com,New,Lead'],
      changes: [header, 'a@example.com,won,2026-01-02', 'n@example.com,won,2026-01-02'],
    });
    expect(await undo(id)).toMatchObject({ removedLeads: 1, removedChanges: 2, keptCount: 0 });
    expect(await readHistory(ada)).toEqual(['2026-01-01 null → new, null → null']);
    expect(await setUp.other.rows('SELECT FROM leads')).toHaveLength(1);
  });

  it('stores the lines that follow from the file alone, and adds nothing the second time', async () => {
    const line = fc.record({
      day: fc.integer({ min: 1, max: 6 }),
      status: fc.constantFrom('new', 'qualified', 'won', ''),
      budget: fc.constantFrom('', '1.00', '2.00'),
    });
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 12 }), async (lines) => {
        const email = `a${(count += 1)}@example.com`;
        const ada = await insertLead(setUp.other, { email });
        const changes = [
          'email,status,budget,date',
          ...lines.map(({ day, status, budget }) => `${email},${status},${budget},2026-01-0${day}`),
        ];
        await setUp.importer.import({ changes });
        const history = await readHistory(ada);
        expect(history).toEqual(expectedHistory(lines));
        const again = await setUp.importer.import({ changes });
        expect(again.report.changes?.inserted).toBe(0);
        expect(await readHistory(ada)).toEqual(history);
      }),
      { numRuns: 25 },
    );
  });
});

interface Line {
  readonly day: number;
  readonly status: string;
  readonly budget: string;
}

function expectedHistory(lines: readonly Line[]): string[] {
  const given = lines.filter(
    (line, index) =>
      (line.status !== '' || line.budget !== '') &&
      lines.findIndex((other) => JSON.stringify(other) === JSON.stringify(line)) === index,
  );
  const history: string[] = [];
  let before: { status: string | null; budget: string | null } = { status: null, budget: null };
  for (const { day, status, budget } of given.sort(
    (a, b) => a.day - b.day || Number(a.status === '') - Number(b.status === ''),
  )) {
    const after = {
      status: status === '' ? before.status : status,
      budget: budget === '' ? before.budget : budget,
    };
    if (after.status === null) continue;
    history.push(`2026-01-0${day} ${before.status} → ${after.status}, ${before.budget} → ${after.budget}`);
    before = after;
  }
  return history;
}

describe('the recorded time', () => {
  const HEADER = 'email,status,date,Created Date';

  it('of changes is that of the file, else the date if --recorded-as-dated is set, else that of the import', async () => {
    const ada = await insertLead(setUp.other, { email: 'a@example.com' });
    const changes = [HEADER, 'a@example.com,new,2026-01-01,2026-01-05', 'a@example.com,won,2026-01-02,'];
    const first = await setUp.importer.import({ changes });
    const [given, imported] = await readChanges(ada);
    expect(given?.recordedAt).toEqual(new Date('2026-01-05'));
    expect(imported?.recordedAt.getTime()).toBeGreaterThan(Date.parse('2026-11-01'));
    expect(first.report.changes?.columns).toContainEqual({ column: 'Created Date', field: 'recordedAt' });
    expect(first.report.changes?.warnings).toContainEqual({
      message: expect.stringMatching(RECORDED_NOW) as string,
      count: 1,
      lines: [3],
    });
    await undo(first.id);
    const second = await setUp.importer.import({ changes }, { recordedAsDated: true });
    expect((await readChanges(ada)).map(({ recordedAt }) => recordedAt)).toEqual([
      new Date('2026-01-05'),
      new Date('2026-01-02'),
    ]);
    expect(warningsOf(second.report.changes)).not.toContainEqual(expect.stringMatching(RECORDED_NOW));
  });

  it('is the date, too, if the file has no other column with one', async () => {
    const ada = await insertLead(setUp.other, { email: 'a@example.com' });
    const { report } = await setUp.importer.import({
      changes: ['email,To Stage,Created Date', 'a@example.com,Closed Won,2026-01-05'],
    });
    expect(await readChanges(ada)).toMatchObject([
      { effectiveAt: new Date('2026-01-05'), recordedAt: new Date('2026-01-05'), statusAfter: 'closed_won' },
    ]);
    expect(warningsOf(report.changes)).toContain('"Created Date" is the date and the recorded time (0)');
  });

  const INTERACTIONS = [
    'email,type,date,Created At',
    'a@example.com,call,2026-01-01,2026-01-05T10:00:00Z',
    'a@example.com,call,2026-01-02,',
    'a@example.com,meeting,2099-01-01,',
  ];
  const readRecorded = () =>
    setUp.other.rows<{ recordedAt: Date; createdAt: Date }>(
      'SELECT "recordedAt", "createdAt" FROM interactions ORDER BY id',
    );

  it('of interactions follows the same rules, and a planned one is known from the import on', async () => {
    await insertLead(setUp.other, { email: 'a@example.com' });
    const { id, report } = await setUp.importer.import({ interactions: INTERACTIONS });
    const [given, imported] = await readRecorded();
    expect(given?.recordedAt).toEqual(new Date('2026-01-05T10:00:00Z'));
    expect(imported?.recordedAt.getTime()).toBeGreaterThanOrEqual(imported?.createdAt.getTime() ?? NaN);
    expect(report.interactions?.warnings).toContainEqual({
      message: expect.stringMatching(RECORDED_NOW) as string,
      count: 1,
      lines: [3],
    });
    await undo(id);
    await setUp.importer.import({ interactions: INTERACTIONS }, { recordedAsDated: true });
    const [, dated, planned] = await readRecorded();
    expect(dated?.recordedAt).toEqual(new Date('2026-01-02'));
    expect(planned?.recordedAt.getTime()).toBeGreaterThanOrEqual(planned?.createdAt.getTime() ?? NaN);
    expect(planned?.recordedAt.getTime()).toBeLessThan(Date.parse('2099-01-01'));
  });

  it('of a stored interaction stays if a line is unchanged or changes its notes', async () => {
    const ada = await insertLead(setUp.other, { email: 'a@example.com' });
    await insertInteraction(setUp.other, ada);
    await setUp.other.rows(`UPDATE interactions SET date = '2026-01-01', type = 'call', notes = NULL,
      "externalSource" = 'csv', "externalId" = 'I1'`);
    const before = await readRecorded();
    for (const notes of ['', 'changed']) {
      await setUp.importer.import({
        interactions: [
          'email,externalId,type,date,notes,recordedAt',
          `a@example.com,I1,call,2026-01-01,${notes},2026-01-01`,
        ],
      });
    }
    expect(await readRecorded()).toEqual(before);
  });

  it('of a removed interaction is that of the import, so past times do not know it after an undo', async () => {
    await insertLead(setUp.other, { email: 'a@example.com' });
    const { id } = await setUp.importer.import({ interactions: INTERACTIONS }, { recordedAsDated: true });
    const [{ createdAt } = { createdAt: undefined }] = await readRecorded();
    await undo(id);
    const versions = await setUp.other.rows<{ recordedAt: Date }>(
      'SELECT "recordedAt" FROM interaction_versions',
    );
    expect(versions).toHaveLength(3);
    for (const { recordedAt } of versions) {
      expect(recordedAt.getTime()).toBeGreaterThanOrEqual(createdAt?.getTime() ?? NaN);
    }
  });
});
