import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { removeLeads } from '../support/database-reset.js';
import { insertInteraction, insertLead, insertLeads } from '../support/fixtures.js';

let api: Api;
let database: Connection;

beforeAll(async () => {
  api = await startApi();
  database = await connect(api.databaseUrl);
});
afterAll(async () => {
  await database.close();
  await api.close();
});
beforeEach(() => removeLeads(database));

interface Change {
  readonly statusBefore: string | null;
  readonly statusAfter: string;
  readonly budgetBefore: string | null;
  readonly budgetAfter: string | null;
  readonly source: string | null;
  readonly company: string | null;
  readonly location: string | null;
  readonly emailDomain: string | null;
  readonly changedBy: string;
}

const readChanges = (leadId: number): Promise<Change[]> =>
  database.rows<Change>(
    `SELECT "statusBefore", "statusAfter", "budgetBefore", "budgetAfter", source, company, location, "emailDomain", "changedBy"
     FROM lead_changes WHERE "leadId" = $1 ORDER BY "effectiveAt", id`,
    [leadId],
  );

const countOf = async (table: string): Promise<number> => {
  const [row] = await database.rows<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`);
  return row?.count ?? NaN;
};

describe('lead_changes', () => {
  it.each([
    ['ada@Example.COM', 'example.com'],
    ['"a@b"@looms.example', 'looms.example'],
    ['no address', null],
    ['ada@', null],
    ['', null],
  ])('stores of the e-mail address %j only the domain: %j', async (email, expected) => {
    const [domain] = await database.rows('SELECT email_domain($1) AS domain', [email]);
    expect(domain).toEqual({ domain: expected });
  });

  it('has the creation of a lead and each change, with the values of before and after', async () => {
    const id = await insertLead(database, { email: 'ada@Example.COM', budget: 100 });
    const role = { changedBy: 'database role postgres' };
    const created = {
      ...role,
      statusBefore: null,
      statusAfter: 'new',
      budgetBefore: null,
      budgetAfter: '100.00',
      source: null,
      company: null,
      location: null,
      emailDomain: 'example.com',
    };
    expect(await readChanges(id)).toEqual([created]);
    const update = (set: string) => database.rows(`UPDATE leads SET ${set} WHERE id = ${id}`);
    await update(`status = 'won', budget = NULL`);
    await update(`company = 'Looms', location = 'Leeds', source = 'fair'`);
    await update(`email = 'ada@looms.example'`);
    const won = {
      ...created,
      statusBefore: 'new',
      statusAfter: 'won',
      budgetBefore: '100.00',
      budgetAfter: null,
    };
    const described = {
      ...won,
      statusBefore: 'won',
      budgetBefore: null,
      company: 'Looms',
      location: 'Leeds',
      source: 'fair',
    };
    const moved = { ...described, emailDomain: 'looms.example' };
    expect(await readChanges(id)).toEqual([created, won, described, moved]);
    const [times] = await database.rows(
      `SELECT bool_and("effectiveAt" = "recordedAt" AND "effectiveAt" = date_trunc('milliseconds', "effectiveAt")
         AND "effectiveAt" BETWEEN now() - interval '1 minute' AND now()) AS "areRight" FROM lead_changes`,
    );
    expect(times).toEqual({ areRight: true });
  });

  it('has no row if an update changes nothing of this, such as a recalculation', async () => {
    const id = await insertLead(database, { email: 'ada@example.com', budget: 100 });
    await insertInteraction(database, id);
    await database.rows(
      `UPDATE leads SET phone = '1', "firstName" = 'A', email = 'lovelace@example.com', status = status, budget = 100.0,
         "activityScore" = 5`,
    );
    await api.ask('mutation { recalculateAllScores { count } }');
    expect(await readChanges(id)).toHaveLength(1);
  });

  it('contains what random statements have changed, in order', async () => {
    const values = fc.record({
      status: fc.constantFrom('new', 'won', 'lost'),
      budget: fc.constantFrom(null, 0, 5, NaN),
      company: fc.constantFrom(null, 'a', 'b'),
      email: fc.constantFrom('a@a.example', 'b@a.example', 'a@b.example', 'no address'),
    });
    await fc.assert(
      fc.asyncProperty(values, fc.array(values, { maxLength: 6 }), async (first, updates) => {
        await removeLeads(database);
        const [row] = await database.rows<{ id: number }>(
          `INSERT INTO leads ("firstName", "lastName", status, budget, company, email, "createdAt", "updatedAt")
           VALUES ('A', 'B', $1, $2, $3, $4, now(), now()) RETURNING id`,
          [first.status, first.budget, first.company, first.email],
        );
        for (const { status, budget, company, email } of updates) {
          await database.rows('UPDATE leads SET status = $1, budget = $2, company = $3, email = $4', [
            status,
            budget,
            company,
            email,
          ]);
        }
        const states = [first, ...updates].map(({ email, budget, ...state }) => ({
          ...state,
          budget: budget === null ? null : Number(budget),
          emailDomain: email.split('@')[1] ?? null,
        }));
        const expected = states.filter(
          (state, index) =>
            index === 0 || Object.values(state).join() !== Object.values(states[index - 1] ?? {}).join(),
        );
        const changes = await readChanges(row?.id ?? 0);
        const amount = (budget: string | null) => (budget === null ? null : Number(budget));
        expect(
          changes.map(({ statusAfter, budgetAfter, company, emailDomain }) => ({
            status: statusAfter,
            company,
            budget: amount(budgetAfter),
            emailDomain,
          })),
        ).toEqual(expected);
        changes.forEach(({ statusBefore, budgetBefore }, index) => {
          expect([statusBefore, budgetBefore]).toEqual([
            changes[index - 1]?.statusAfter ?? null,
            changes[index - 1]?.budgetAfter ?? null,
          ]);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('names the caller of the API, also after quotes, and the role of other programs', async () => {
    const { createLead } = await api.ask<{ createLead: { id: string } }>(
      'mutation { createLead(createLeadInput: { firstName: "A", lastName: "B", email: "a@example.com" }) { id } }',
    );
    await api.ask(`mutation { updateLead(updateLeadInput: { id: ${createLead.id}, status: "won" }) { id } }`);
    await database.rows(`UPDATE leads SET status = 'lost'`);
    await database.rows(
      `BEGIN; SET LOCAL lead_scoring.caller = 'O''Neill \\'; UPDATE leads SET status = 'new'; COMMIT`,
    );
    await database.rows(`UPDATE leads SET status = 'lost'`);
    const role = 'database role postgres';
    expect((await readChanges(Number(createLead.id))).map(({ changedBy }) => changedBy)).toEqual([
      'development',
      'development',
      role,
      `O'Neill \\`,
      role,
    ]);
  });

  it('is removed with its lead, and follows a lead whose id changes', async () => {
    const [first = 0, second = 0] = await insertLeads(database, 2);
    await insertInteraction(database, first);
    await database.rows(`UPDATE interactions SET type = 'email'`);
    await database.rows('UPDATE leads SET id = 1000 WHERE id = $1', [first]);
    expect(await readChanges(1000)).toHaveLength(1);
    expect(await database.rows('SELECT "leadId", type FROM interaction_versions')).toEqual([
      { leadId: 1000, type: 'call' },
    ]);
    await database.rows('DELETE FROM leads WHERE id = 1000');
    expect(await database.rows('SELECT "leadId" FROM lead_changes')).toEqual([{ leadId: second }]);
    expect(await countOf('interaction_versions')).toBe(0);
  });
});

describe('interaction_versions', () => {
  const VERSIONS = `SELECT "interactionId", "leadId", type, direction, date::date::text, "isDeletion", "changedBy"
    FROM interaction_versions ORDER BY id`;

  it('has each version that an update replaced, and the last one of a deleted interaction', async () => {
    const [first = 0, second = 0] = await insertLeads(database, 2);
    const id = await insertInteraction(database, first);
    await database.rows(`UPDATE interactions SET date = '2026-01-01'`);
    await database.rows(`UPDATE interactions SET notes = 'secret', "updatedAt" = now(), date = date`);
    await database.rows(`UPDATE interactions SET type = 'email', direction = 'outbound'`);
    await database.rows('UPDATE interactions SET "leadId" = $1', [second]);
    await api.ask(`mutation { removeInteraction(id: ${id}) }`);
    const [today] = await database.rows<{ date: string }>('SELECT now()::date::text AS date');
    const version = { interactionId: id, leadId: first, direction: null, isDeletion: false };
    const role = 'database role postgres';
    expect(await database.rows(VERSIONS)).toEqual([
      { ...version, type: 'call', date: today?.date, changedBy: role },
      { ...version, type: 'call', date: '2026-01-01', changedBy: role },
      { ...version, type: 'email', direction: 'outbound', date: '2026-01-01', changedBy: role },
      {
        ...version,
        leadId: second,
        type: 'email',
        direction: 'outbound',
        date: '2026-01-01',
        isDeletion: true,
        changedBy: 'development',
      },
    ]);
    // Each version was known until the next one replaced it.
    const [{ isComplete } = { isComplete: false }] = await database.rows<{ isComplete: boolean }>(
      `SELECT bool_and("recordedAt" < "replacedAt" AND ("recordedAt" = previous OR previous IS NULL)) AS "isComplete" FROM (
         SELECT "recordedAt", "replacedAt", lag("replacedAt") OVER (ORDER BY id) AS previous FROM interaction_versions
       ) AS version`,
    );
    expect(isComplete).toBe(true);
    expect(
      await database.rows(`SELECT attname FROM pg_attribute WHERE attname = 'notes'
        AND attrelid = 'interaction_versions'::regclass`),
    ).toEqual([]);
  });

  it('takes the creation as the recording of an interaction that is older than the column', async () => {
    const id = await insertInteraction(database, await insertLead(database));
    await database.rows(`UPDATE interactions SET "recordedAt" = NULL, "createdAt" = '2020-02-02T02:02:02Z'`);
    await database.rows(`UPDATE interactions SET type = 'meeting'`);
    expect(await database.rows('SELECT "recordedAt"::date::text AS date FROM interaction_versions')).toEqual([
      { date: '2020-02-02' },
    ]);
    expect(
      await database.rows(
        'SELECT "recordedAt" > now() - interval \'1 minute\' AS "isNew" FROM interactions WHERE id = $1',
        [id],
      ),
    ).toEqual([{ isNew: true }]);
  });

  it('has all interactions after TRUNCATE, but nothing of leads that are removed', async () => {
    const [first = 0, second = 0] = await insertLeads(database, 2);
    for (const leadId of [first, first, second]) await insertInteraction(database, leadId);
    await database.rows('TRUNCATE interactions');
    expect(
      await database.rows('SELECT "leadId" FROM interaction_versions WHERE "isDeletion" ORDER BY 1'),
    ).toEqual([first, first, second].map((leadId) => ({ leadId })));
    await insertInteraction(database, first);
    await database.rows('DELETE FROM leads WHERE id = $1', [first]);
    expect(await countOf('interaction_versions')).toBe(1);
    await insertInteraction(database, second);
    await database.rows('TRUNCATE leads CASCADE');
    expect([await countOf('interaction_versions'), await countOf('lead_changes')]).toEqual([0, 0]);
  });

  it('lets interactions without a lead change and go, which an adopted database may contain', async () => {
    const id = await insertInteraction(database, await insertLead(database));
    await database.rows(
      `SET session_replication_role = replica; DELETE FROM lead_changes; DELETE FROM lead_scores;
      DELETE FROM leads; SET session_replication_role = DEFAULT`,
    );
    await database.rows(`UPDATE interactions SET type = 'email' WHERE id = $1`, [id]);
    await database.rows('DELETE FROM interactions');
    expect(await countOf('interaction_versions')).toBe(0);
  });
});

describe('the history', () => {
  it.each([
    'UPDATE lead_changes SET "changedBy" = \'nobody\'',
    'UPDATE lead_changes SET "leadId" = "leadId"',
    'DELETE FROM lead_changes',
    'TRUNCATE lead_changes',
    "UPDATE interaction_versions SET type = 'email'",
    'DELETE FROM interaction_versions',
    'TRUNCATE interaction_versions',
  ])('rejects %s', async (statement) => {
    await insertInteraction(database, await insertLead(database));
    await database.rows(`UPDATE interactions SET type = 'meeting'`);
    const read = async () => [
      ...(await database.rows('TABLE lead_changes')),
      ...(await database.rows('TABLE interaction_versions')),
    ];
    const before = await read();
    await expect(database.rows(statement)).rejects.toThrow('is append-only');
    expect(await read()).toEqual(before);
  });

  it('lets the undo of an import delete the rows of the import', async () => {
    const id = await insertLead(database);
    await database.rows(
      `INSERT INTO lead_changes ("effectiveAt", "recordedAt", "leadId", "importId", "statusAfter", "changedBy")
       VALUES (now(), now(), $1, 1, 'won', 'test')`,
      [id],
    );
    await database.rows('DELETE FROM lead_changes WHERE "importId" = 1');
    expect(await readChanges(id)).toHaveLength(1);
  });

  it('orders changes of one millisecond by their ids', async () => {
    const id = await insertLead(database);
    await database.rows(
      `DO $$ BEGIN FOR number IN 1..200 LOOP UPDATE leads SET budget = number; END LOOP; END $$`,
    );
    const changes = await readChanges(id);
    expect(changes.map(({ budgetAfter }) => Number(budgetAfter))).toEqual(
      Array.from({ length: 201 }, (_, index) => index),
    );
    const [{ count } = { count: 0 }] = await database.rows<{ count: number }>(
      'SELECT count(DISTINCT "effectiveAt")::int AS count FROM lead_changes',
    );
    expect(count).toBeLessThan(201);
  });
});
