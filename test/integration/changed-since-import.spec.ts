import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { removeLeads } from '../support/database-reset.js';
import { insertInteraction, insertLead } from '../support/fixtures.js';

let api: Api;
let database: Connection;
let leadId: number;
let interactionId: number;

beforeAll(async () => {
  api = await startApi();
  database = await connect(api.databaseUrl);
});
beforeEach(async () => {
  await removeLeads(database);
  leadId = await insertLead(database, { email: 'ada@example.com' });
  interactionId = await insertInteraction(database, leadId, { ageInDays: 2, notes: 'Hello.' });
  await database.rows('UPDATE leads SET "importId" = 7');
  await database.rows('UPDATE interactions SET "importId" = 7');
});
afterAll(async () => {
  await database.close();
  await api.close();
});

/** Whether the lead and its first interaction are marked as changed. */
const readMarks = async () => {
  const [row] = await database.rows<{ lead: boolean; interaction: boolean }>(
    `SELECT leads."isChangedSinceImport" AS lead, interactions."isChangedSinceImport" AS interaction
     FROM leads JOIN interactions ON interactions."leadId" = leads.id WHERE leads.id = $1
     ORDER BY interactions.id LIMIT 1`,
    [leadId],
  );
  return row;
};

const UNCHANGED = { lead: false, interaction: false };

describe('an imported lead', () => {
  it.each([
    `"firstName" = 'Augusta'`,
    `"lastName" = 'King'`,
    `email = 'augusta@example.com'`,
    `phone = '1'`,
    'budget = 1',
    `location = 'London'`,
    `company = 'Looms'`,
    `source = 'website'`,
    `status = 'won'`,
    `"externalSource" = 'csv', "externalId" = '1'`,
  ])('is marked as changed by a change of a value with SQL: %s', async (assignment) => {
    await database.rows(`UPDATE leads SET ${assignment}`);
    expect(await readMarks()).toEqual({ lead: true, interaction: false });
  });

  it('is marked as changed by a change of a value through the API', async () => {
    await api.ask(`mutation { updateLead(updateLeadInput: { id: ${leadId}, company: "Looms" }) { id } }`);
    expect(await readMarks()).toEqual({ lead: true, interaction: false });
  });

  it('is not marked by an update that changes no value', async () => {
    await database.rows(`UPDATE leads SET email = 'ada@example.com', budget = NULL, "updatedAt" = now()`);
    await api.ask(
      `mutation { updateLead(updateLeadInput: { id: ${leadId}, firstName: "Ada", phone: "" }) { id } }`,
    );
    expect(await readMarks()).toEqual(UNCHANGED);
  });

  it('is not marked by a recalculation, a summary and a new interaction', async () => {
    await api.ask('mutation { recalculateAllScores { count } }');
    await api.ask(`mutation { regenerateSummary(id: ${leadId}) { summary } }`);
    await insertInteraction(database, leadId);
    expect(await readMarks()).toEqual(UNCHANGED);
    expect(await database.rows('SELECT "activityScore", summary FROM leads')).not.toContainEqual(
      expect.objectContaining({ summary: null }),
    );
  });

  it('is not marked by a later import that changes a value', async () => {
    await database.rows(`UPDATE leads SET company = 'Looms', "importId" = 8`);
    expect(await readMarks()).toEqual(UNCHANGED);
  });
});

describe('an imported interaction', () => {
  it.each([
    `type = 'meeting'`,
    `direction = 'inbound'`,
    `date = date - interval '1 microsecond'`,
    'notes = NULL',
    `"externalSource" = 'csv', "externalId" = '1'`,
  ])('is marked as changed by a change of a value with SQL: %s', async (assignment) => {
    await database.rows(`UPDATE interactions SET ${assignment}`);
    expect(await readMarks()).toEqual({ lead: false, interaction: true });
  });

  it('is marked as changed by a move to another lead', async () => {
    leadId = await insertLead(database);
    await database.rows('UPDATE interactions SET "leadId" = $1', [leadId]);
    expect(await readMarks()).toEqual({ lead: false, interaction: true });
  });

  it('is marked as changed by a change of a value through the API', async () => {
    await api.ask(
      `mutation { updateInteraction(updateInteractionInput: { id: ${interactionId}, notes: "Bye." }) { id } }`,
    );
    expect(await readMarks()).toEqual({ lead: false, interaction: true });
  });

  it('is not marked by an update that changes no value', async () => {
    await database.rows(`UPDATE interactions SET notes = 'Hello.', type = 'call', "updatedAt" = now()`);
    await api.ask(
      `mutation { updateInteraction(updateInteractionInput: { id: ${interactionId}, type: CALL }) { id } }`,
    );
    expect(await readMarks()).toEqual(UNCHANGED);
  });
});

describe('the values before an import', () => {
  const insertChanges = (id: number) =>
    database.rows(`INSERT INTO import_changes ("importId", "leadId", before) VALUES (7, $1, '{}')`, [id]);
  const readChanges = () => database.rows('SELECT "leadId" FROM import_changes ORDER BY "leadId"');

  it('are deleted with their lead', async () => {
    const other = await insertLead(database);
    await insertChanges(leadId);
    await insertChanges(other);
    await api.ask(`mutation { removeLead(id: ${leadId}) }`);
    expect(await readChanges()).toEqual([{ leadId: other }]);
    await database.rows('TRUNCATE leads CASCADE');
    expect(await readChanges()).toEqual([]);
  });
});
