import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DedicatedConnections } from '../../src/database/dedicated-connections.js';
import { ExportService } from '../../src/exports/export.service.js';
import { connect, type Connection } from '../support/connection.js';
import { insertLead } from '../support/fixtures.js';
import { Importer } from '../support/imports.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let first: TestDatabase;
let second: TestDatabase;
let source: Connection;
let target: Connection;
let importer: Importer;

beforeAll(async () => {
  [first, second] = [await createTestDatabase(), await createTestDatabase()];
  source = await connect(first.url);
  target = await connect(second.url);
  importer = await Importer.start(second.url);
});
afterAll(async () => {
  await importer.close();
  await source.close();
  await target.close();
  await first.drop();
  await second.drop();
});

/** Both files of a database, from one snapshot. */
async function exportFrom(url: string): Promise<{ leads: string; interactions: string }> {
  const session = await new ExportService(new DedicatedConnections(url)).open();
  const read = async (kind: 'leads' | 'interactions') => {
    const chunks: Buffer[] = [];
    for await (const chunk of session.read(kind, {
      statuses: [],
      isOpenOnly: false,
      minScore: null,
      hasScores: kind === 'leads',
    }))
      chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  };
  const files = { leads: await read('leads'), interactions: await read('interactions') };
  await session.close();
  return files;
}

const withoutScores = (csv: string) => csv.replace(/,\d*,[^,\r\n]*(?=\r\n)/g, '');

/** Texts that a spreadsheet, an importer or a parser may take for something else. */
const ODD = [
  '=1+1',
  `'=1+1`,
  `''+49 30`,
  '+49 30 1',
  '-',
  'N/A',
  'null',
  '="030"',
  'a,b;c\td|e',
  '"quoted"',
  'one\ntwo',
  'mailto:x',
  '1.234,5',
  '03/04/2026',
  'Ann <ann@example.com>',
  '李小龍',
  "O'Brien",
  '＝1',
];

describe('an export that is imported into an empty database', () => {
  it('gives the same bytes and the same scores when it is exported again', async () => {
    for (const [index, text] of ODD.entries()) {
      const id = await insertLead(source, {
        email: `lead${index}@example.com`,
        budget: index * 1234.5,
        status: index % 2 === 0 ? 'new' : 'Closed Lost',
      });
      const line = text.replaceAll('\n', ' ').replaceAll('\t', ' ');
      await source.rows(
        `UPDATE leads SET phone = $2::text, company = $2::text, location = $2::text, "lastName" = $2::text,
           "externalSource" = CASE WHEN id % 3 = 0 THEN 'hubspot' END, "externalId" = CASE WHEN id % 3 = 0 THEN $2::text || id END
         WHERE id = $1`,
        [id, line],
      );
      await source.rows(
        `INSERT INTO interactions ("leadId", type, direction, date, notes, "createdAt", "updatedAt")
         SELECT $1, 'call', 'inbound', date_trunc('milliseconds', now()) - n * interval '1 day', nullif($2::text, ''), now(), now()
         FROM (VALUES (1), (1), (20), (3)) AS days (n)`,
        [id, text],
      );
    }
    // A date with microseconds, as another program writes it.
    await source.rows(
      `INSERT INTO interactions ("leadId", type, date, "createdAt", "updatedAt")
       SELECT min(id), 'email', now() - interval '1.000123 s', now(), now() FROM leads`,
    );
    const exported = await exportFrom(first.url);
    const { rejected, report } = await importer.import(exported);
    expect(rejected).toEqual([]);
    expect(report).toMatchObject({
      leads: { preset: 'own', inserted: ODD.length, duplicateLines: 0 },
      interactions: { preset: 'own', inserted: 4 * ODD.length + 1, duplicateLines: 0 },
    });
    const again = await exportFrom(second.url);
    expect(withoutScores(again.leads)).toBe(withoutScores(exported.leads));
    expect(again.interactions).toBe(exported.interactions);
    const readStates = (connection: Connection) =>
      connection.rows(
        'SELECT email, "callCount", "emailCount", date_trunc(\'milliseconds\', "lastContactAt") AS at FROM leads ORDER BY email',
      );
    expect(await readStates(target)).toEqual(await readStates(source));
    // The scores are compared at one instant.
    const readScores = (connection: Connection) =>
      connection.rows(`
        SELECT email, score."activityScore" FROM leads, score_of(
          '2027-01-01', budget, status, "lastInteractionAt", "lastContactAt", "nextInteractionAt", "nextContactAt",
          "meetingWeight", "callWeight", "emailWeight", "outboundEmailWeight") AS score
        ORDER BY email`);
    expect(await readScores(target)).toEqual(await readScores(source));
  });

  it('changes nothing in the database that it came from', async () => {
    const origin = await Importer.start(first.url);
    const { report } = await origin.import(await exportFrom(first.url));
    await origin.close();
    expect(report).toMatchObject({
      leads: { inserted: 0, updated: 0 },
      interactions: { inserted: 0, updated: 0 },
      scoreCount: 0,
    });
  });
});
