import { describe, expect, it } from 'vitest';
import { insertInteraction, insertLead } from '../support/fixtures.js';
import { useImporter } from '../support/imports.js';

const setUp = useImporter();

/** The values that an import may change, and the contact states and scores that follow from them. */
const readValues = async () => ({
  leads: await setUp.other.rows(`
    SELECT id, "firstName", "lastName", email, phone, budget, status, "externalSource", "externalId", "importId",
      "meetingCount", "callCount", "emailCount", "lastContactAt", "activityScore"
    FROM leads ORDER BY id`),
  interactions: await setUp.other.rows(`
    SELECT id, "leadId", type, direction, date, notes, "externalSource", "externalId", "importId"
    FROM interactions ORDER BY id`),
});

const undo = (id: number) => setUp.importer.service.undo(id, 'tester');

const LEADS = [
  'externalId,email,firstName,lastName,budget',
  'A1,a@example.com,Ada,Changed,10',
  'N1,n@example.com,New,Lead,',
];
const INTERACTIONS = [
  'email,externalId,type,date,notes',
  'a@example.com,I1,meeting,2026-11-01T10:00:00Z,changed',
  'a@example.com,,call,2026-11-01T10:00:00Z,',
  'n@example.com,,call,2026-11-01T10:00:00Z,',
];

async function prepare(): Promise<{ ada: number; interaction: number }> {
  const ada = await insertLead(setUp.other, { email: 'a@example.com', firstName: 'Ada', lastName: 'Before' });
  const interaction = await insertInteraction(setUp.other, ada, { type: 'email', ageInDays: 40 });
  await setUp.other.rows(
    `UPDATE interactions SET "externalSource" = 'csv', "externalId" = 'I1' WHERE id = $1`,
    [interaction],
  );
  return { ada, interaction };
}

describe('the undo of an import', () => {
  it('removes what the import inserted, restores what it changed, and leaves scores right', async () => {
    await prepare();
    const before = await readValues();
    const { id } = await setUp.importer.import({ leads: LEADS, interactions: INTERACTIONS });
    expect(await readValues()).not.toEqual(before);
    expect(await undo(id)).toMatchObject({
      removedLeads: 1,
      restoredLeads: 1,
      removedInteractions: 2,
      restoredInteractions: 1,
      keptCount: 0,
      kept: [],
    });
    expect(await readValues()).toEqual(before);
    expect(await setUp.other.rows('SELECT * FROM import_changes')).toEqual([]);
    expect(await setUp.other.rows('SELECT "leadId" FROM lead_scores')).toHaveLength(1);
  });

  it('leaves alone and names what anything has changed since, by the API or by SQL', async () => {
    const { ada } = await prepare();
    const { id } = await setUp.importer.import({ leads: LEADS, interactions: INTERACTIONS });
    await setUp.other.rows(`UPDATE leads SET phone = '1' WHERE id = $1`, [ada]);
    const [mine] = await setUp.other.rows<{ id: number; leadId: number }>(
      `SELECT interactions.id, "leadId" FROM interactions JOIN leads ON leads.id = "leadId" WHERE email = 'n@example.com'`,
    );
    if (mine === undefined) throw new Error('The interaction is missing.');
    await setUp.other.rows(`UPDATE interactions SET notes = 'mine' WHERE id = $1`, [mine.id]);
    const report = await undo(id);
    expect(report).toMatchObject({
      removedLeads: 0,
      restoredLeads: 0,
      removedInteractions: 1,
      restoredInteractions: 1,
      keptCount: 3,
      kept: [
        { leadId: ada, interactionId: null, reason: 'The lead has changed since the import.' },
        {
          leadId: mine.leadId,
          interactionId: null,
          reason: 'The lead has interactions that this undo does not remove.',
        },
        {
          leadId: mine.leadId,
          interactionId: mine.id,
          reason: 'The interaction has changed since the import.',
        },
      ],
    });
    expect(await setUp.other.rows('SELECT "lastName", phone FROM leads ORDER BY id')).toEqual([
      { lastName: 'Changed', phone: '1' },
      { lastName: 'Lead', phone: null },
    ]);
    expect(await setUp.other.rows('SELECT "callCount", "emailCount" FROM leads ORDER BY id')).toEqual([
      { callCount: 0, emailCount: 1 },
      { callCount: 1, emailCount: 0 },
    ]);
  });

  it('leaves a new lead alone that has got an interaction since', async () => {
    const { id } = await setUp.importer.import({ leads: LEADS });
    const [lead] = await setUp.other.rows<{ id: number }>(
      `SELECT id FROM leads WHERE email = 'n@example.com'`,
    );
    await insertInteraction(setUp.other, lead?.id ?? 0);
    expect(await undo(id)).toMatchObject({ removedLeads: 1, keptCount: 1, kept: [{ leadId: lead?.id }] });
  });

  it('undoes imports one after the other, the latest first', async () => {
    await prepare();
    const start = await readValues();
    const first = await setUp.importer.import({ leads: LEADS, interactions: INTERACTIONS });
    const middle = await readValues();
    const second = await setUp.importer.import({
      leads: ['externalId,lastName', 'A1,Again', 'N1,Again'],
      interactions: ['email,externalId,type,date', 'n@example.com,I1,call,2026-11-02'],
    });
    await undo(second.id);
    expect(await readValues()).toEqual(middle);
    await undo(first.id);
    expect(await readValues()).toEqual(start);
  });

  it('leaves alone what a later import has changed', async () => {
    const first = await setUp.importer.import({ leads: LEADS });
    await setUp.importer.import({ leads: ['externalId,lastName', 'N1,Later'] });
    const report = await undo(first.id);
    expect(report).toMatchObject({
      removedLeads: 1,
      keptCount: 1,
      kept: [{ reason: 'A later import has changed the lead.' }],
    });
    expect(await setUp.other.rows('SELECT "lastName" FROM leads')).toEqual([{ lastName: 'Later' }]);
  });

  it('keeps a lead whose former e-mail another lead has now', async () => {
    await insertLead(setUp.other, { email: 'old@example.com' });
    await setUp.other.rows(`UPDATE leads SET "externalSource" = 'csv', "externalId" = 'A1'`);
    const { id } = await setUp.importer.import({ leads: ['externalId,email', 'A1,new@example.com'] });
    await insertLead(setUp.other, { email: 'Old@example.com' });
    expect(await undo(id)).toMatchObject({
      restoredLeads: 0,
      kept: [{ reason: 'Another lead has the former e-mail or external id.' }],
    });
  });

  it('restores leads that have exchanged their e-mails', async () => {
    await setUp.importer.import({ leads: LEADS });
    const before = await readValues();
    const { id } = await setUp.importer.import({
      leads: ['externalId,email,firstName', 'A1,new@example.com,Ada', 'N1,,New'],
    });
    // What a second step of an exchange would have written.
    await setUp.other.rows(`
      ALTER TABLE leads DISABLE TRIGGER "leads_changedSinceImport";
      INSERT INTO import_changes ("importId", "leadId", before)
      SELECT ${id}, id, jsonb_build_object('firstName', "firstName", 'lastName', "lastName", 'email', email, 'budget', budget,
        'status', status, 'externalSource', "externalSource", 'externalId', "externalId", 'importId', "importId",
        'isChangedSinceImport', false)
      FROM leads WHERE "externalId" = 'N1';
      UPDATE leads SET email = 'a@example.com', "importId" = ${id} WHERE "externalId" = 'N1';
      ALTER TABLE leads ENABLE TRIGGER "leads_changedSinceImport"`);
    expect(await undo(id)).toMatchObject({ restoredLeads: 2, keptCount: 0 });
    expect(await readValues()).toEqual(before);
  });

  it('is recorded, and happens once', async () => {
    const { id } = await setUp.importer.import({ leads: LEADS });
    await undo(id);
    await expect(undo(id)).rejects.toMatchObject({ code: 'IMPORT_NOT_UNDOABLE' });
    await expect(undo(id + 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await setUp.other.rows('SELECT status, "undoneBy", "undoReport" FROM imports')).toMatchObject([
      { status: 'succeeded', undoneBy: 'tester', undoReport: { removedLeads: 2 } },
    ]);
  });

  it('rejects an import that failed, which has changed nothing', async () => {
    await setUp.other.rows(`
      CREATE FUNCTION obstruct() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
      CREATE CONSTRAINT TRIGGER obstruct AFTER INSERT ON leads DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION obstruct()`);
    await expect(setUp.importer.import({ leads: LEADS })).rejects.toMatchObject({ code: 'IMPORT_FAILED' });
    const [record] = await setUp.other.rows<{ id: number }>('SELECT id, status FROM imports');
    expect(record).toMatchObject({ status: 'failed' });
    await expect(undo(record?.id ?? 0)).rejects.toMatchObject({ code: 'IMPORT_NOT_UNDOABLE' });
  });

  it('changes nothing if it fails midway', async () => {
    await prepare();
    const { id } = await setUp.importer.import({ leads: LEADS, interactions: INTERACTIONS });
    const before = await readValues();
    await setUp.other.rows(`
      CREATE FUNCTION obstruct() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
      CREATE TRIGGER obstruct BEFORE DELETE ON leads FOR EACH ROW EXECUTE FUNCTION obstruct()`);
    await expect(undo(id)).rejects.toThrow();
    expect(await readValues()).toEqual(before);
    expect(await setUp.other.rows('SELECT "undoneAt" FROM imports')).toEqual([{ undoneAt: null }]);
  });
});
