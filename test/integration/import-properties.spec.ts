import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ImportFlags } from '../../src/imports/import-flags.js';
import { type Csv, useImporter } from '../support/imports.js';

const setUp = useImporter();

/** All values that an import or an undo may change, without ids and the dates of records. */
async function readValues(): Promise<unknown> {
  const leads = await setUp.other.rows(`
    SELECT leads.id, "firstName", "lastName", email, phone, budget, status, "externalSource", "externalId", "meetingCount",
      "callCount", "emailCount", "lastContactAt", "activityScore"
    FROM leads ORDER BY id`);
  const interactions = await setUp.other.rows(`
    SELECT id, "leadId", type, direction, date, notes, "externalSource", "externalId" FROM interactions ORDER BY id`);
  const changes = await setUp.other.rows(`
    SELECT "leadId", "effectiveAt", "statusAfter", "budgetAfter" FROM lead_changes
    WHERE "importId" IS NOT NULL ORDER BY "leadId", "effectiveAt", id`);
  return { leads, interactions, changes };
}

/** Leads whose contact state or score does not match their interactions. */
const readWrong = () =>
  setUp.other.rows(`
    SELECT leads.id FROM leads, contact_state_of(leads.id, "scoreCalculatedAt") AS state,
      score_of("scoreCalculatedAt", budget, status, state."lastInteractionAt", state."lastContactAt",
        state."nextInteractionAt", state."nextContactAt", state."meetingWeight", state."callWeight", state."emailWeight",
        state."outboundEmailWeight") AS score
    WHERE score."activityScore" IS DISTINCT FROM leads."activityScore"
      OR (state."meetingCount", state."callCount", state."emailCount")
        IS DISTINCT FROM (leads."meetingCount", leads."callCount", leads."emailCount")`);

const cell = (...values: string[]) => fc.constantFrom('', ...values);
const line = (...cells: fc.Arbitrary<string>[]) => fc.tuple(...cells).map((values) => values.join(','));

/**
 * Few values, so that lines often mean the same lead or interaction. A lead with an external id always has the same e-mail: if
 * a file moves an address from one lead to another, the order of imports matters.
 */
const names = fc.constantFrom(
  'A,a@x.example',
  'A,A@x.example',
  'A,',
  'B,b@x.example',
  'B,',
  ',b@x.example',
  ',d@x.example',
  ',e@x.example',
);
const leadLines = fc.array(
  line(names, cell('Ann', 'Bob'), cell('One', 'Two'), cell('1', '250'), cell('new', 'won', 'lost')),
  { minLength: 1, maxLength: 12 },
);
const interactionLines = fc.array(
  line(
    names,
    cell('1', '2', '3'),
    fc.constantFrom('call', 'email', 'meeting'),
    fc.constantFrom('2026-10-01', '2026-11-01', '2027-06-01'),
    cell('first', 'second'),
    cell('inbound', 'outbound'),
    cell('1', '2'),
  ),
  { minLength: 1, maxLength: 12 },
);
const files = fc.record({ leads: leadLines, interactions: interactionLines });

const csvOf = ({ leads, interactions }: { leads: string[]; interactions: string[] }): Csv => ({
  leads: ['externalId,email,firstName,lastName,budget,status', ...leads],
  interactions: ['leadExternalId,email,externalId,type,date,notes,direction,occurrence', ...interactions],
});

describe('any two files', () => {
  it('change nothing when they are imported again, are planned exactly, and can be undone', async () => {
    await fc.assert(
      fc.asyncProperty(files, files, async (before, after) => {
        await setUp.reset();
        await setUp.importer.import(csvOf(before));
        const start = await readValues();

        const planned = await setUp.importer.dryRun(csvOf(after));
        expect(await readValues()).toEqual(start);
        const first = await setUp.importer.import(csvOf(after));
        expect({ ...first.report, scoreCount: 0 }).toEqual(planned);
        expect(await readWrong()).toEqual([]);

        const imported = await readValues();
        const again = await setUp.importer.import(csvOf(after));
        expect(await readValues()).toEqual(imported);
        expect(again.report).toMatchObject({
          leads: { inserted: 0, updated: 0 },
          interactions: { inserted: 0, updated: 0 },
        });
        expect(await setUp.importer.service.undo(again.id, 'tester')).toMatchObject({ keptCount: 0 });

        expect(await setUp.importer.service.undo(first.id, 'tester')).toMatchObject({ keptCount: 0 });
        expect(await readValues()).toEqual(start);
        expect(await readWrong()).toEqual([]);
      }),
      // Without `interruptAfterTimeLimit`: fast-check would leave a run going, beside the next test.
      { numRuns: 20 },
    );
  }, 120_000);
});

const FOLDER = path.join(import.meta.dirname, '../fixtures/imports');

/** Options of files that do not decide everything, and files that an import rejects as a whole. */
const FLAGS: Readonly<Record<string, ImportFlags>> = {
  'ambiguous-amounts.csv': { decimal: 'comma' },
  'ambiguous-dates.csv': { dateOrder: 'dmy' },
};

const INTERACTIONS =
  /(calls|emails|meetings|activities|activity-report|event-export|task-export|events|history|dates)\.csv$/;

const CHANGES = /(lead|opportunity)-history\.csv$/;

describe('the export of a CRM', () => {
  it.each(readdirSync(FOLDER).filter((name) => /\.(csv|txt)$/.test(name) && name !== 'many-violations.csv'))(
    '%s is imported as it is, once or twice, and undone',
    async (name) => {
      const kind = CHANGES.test(name) ? 'changes' : INTERACTIONS.test(name) ? 'interactions' : 'leads';
      const csv: Csv = { [kind]: readFileSync(path.join(FOLDER, name)) };
      if (kind !== 'leads') {
        // The leads of the file come from it, by external id or by e-mail.
        const { [kind]: planned } = await setUp.importer.dryRun(csv, FLAGS[name]);
        const named = (planned?.rejections ?? []).flatMap(({ violations }) => violations);
        const values = [...new Set(named.map(({ value }) => value).filter((value) => value !== null))];
        const leads = values.map((value, index) =>
          value.includes('@') ? `,${value},A,B` : `${value},lead${index}@example.com,A,B`,
        );
        await setUp.importer.import(
          { leads: ['externalId,email,firstName,lastName', ...leads] },
          { externalSource: planned?.externalSource },
        );
      }
      const start = await readValues();
      const first = await setUp.importer.import(csv, FLAGS[name]);
      const report = first.report[kind];
      expect(report?.inserted).toBeGreaterThan(0);
      const imported = await readValues();
      const again = await setUp.importer.import(csv, FLAGS[name]);
      expect([again.report[kind]?.inserted, again.report[kind]?.updated]).toEqual([0, 0]);
      expect(await readValues()).toEqual(imported);
      await setUp.importer.service.undo(first.id, 'tester');
      expect(await readValues()).toEqual(start);
    },
  );
});
