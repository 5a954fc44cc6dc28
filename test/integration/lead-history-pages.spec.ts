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

interface Entry {
  readonly at: string;
  readonly kind: string;
  readonly by: string | null;
  readonly changedFields: string[];
  readonly statusBefore: string | null;
  readonly statusAfter: string | null;
  readonly budgetBefore: number | null;
  readonly budgetAfter: number | null;
  readonly scoreBefore: number | null;
  readonly scoreAfter: number | null;
  readonly interaction: { readonly id: string } | null;
}
interface History {
  readonly nodes: Entry[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const FIELDS =
  'at kind by changedFields statusBefore statusAfter budgetBefore budgetAfter scoreBefore scoreAfter interaction { id }';

async function readPage(leadId: number, first: number, after: string | null): Promise<History> {
  const { lead } = await api.ask<{ lead: { history: History } }>(
    `query ($id: Int!, $first: Int, $after: String) { lead(id: $id) { history(first: $first, after: $after) {
       nodes { ${FIELDS} } pageInfo { hasNextPage endCursor } } } }`,
    { id: leadId, first, after },
  );
  return lead.history;
}

/** Inserts changes as an imported history has them. */
const insertChange = (
  leadId: number,
  at: string,
  before: string | null,
  after: string,
  budget: number | null,
) =>
  database.rows(
    `INSERT INTO lead_changes ("effectiveAt", "recordedAt", "leadId", "importId", "statusBefore", "statusAfter", "budgetAfter", "changedBy")
     VALUES ($2, now(), $1, 1, $3, $4, $5, 'import')`,
    [leadId, at, before, after, budget],
  );

describe('Lead.history', () => {
  it('merges changes and past interactions, newest first, with the scores before and after', async () => {
    const id = await insertLead(database, { status: 'new', budget: 50_000 });
    await insertChange(id, '2026-01-01T00:00:00Z', null, 'new', 50_000);
    await insertChange(id, '2026-01-03T00:00:00Z', 'new', 'Closed Lost', 50_000);
    await insertChange(id, '2026-01-05T00:00:00Z', 'Closed Lost', 'new', 50_000);
    await database.rows(
      `INSERT INTO interactions ("leadId", type, direction, date, "createdAt", "updatedAt") VALUES
         ($1, 'call', NULL, '2026-01-02', now(), now()), ($1, 'email', 'outbound', now() + interval '1 day', now(), now())`,
      [id],
    );
    await api.ask(`mutation { updateLead(updateLeadInput: { id: ${id}, status: "won" }) { id } }`);
    const { nodes, pageInfo } = await readPage(id, 20, null);
    const values = nodes.map(
      ({ kind, by, statusBefore, statusAfter, budgetAfter, scoreBefore, scoreAfter, interaction }) =>
        [
          kind,
          by,
          statusBefore,
          statusAfter,
          budgetAfter,
          scoreBefore,
          scoreAfter,
          interaction?.id ?? null,
        ].join(),
    );
    // 10 for the budget, 3 for the status, 40 and 5.63 for the call, which fade.
    expect(values).toEqual([
      'CLOSED,development,new,won,50000,13,20,',
      'RECORDED,database role postgres,,new,50000,13,13,',
      'REOPENED,import,Closed Lost,new,50000,0,53,',
      'CLOSED,import,new,Closed Lost,50000,57,0,',
      'INTERACTION,,,,,13,59,1',
      'CREATED,import,,new,50000,13,13,',
    ]);
    expect(pageInfo.hasNextPage).toBe(false);
  });

  it('names what each change changed', async () => {
    const id = await insertLead(database, { status: 'new', budget: 10 });
    await database.rows(`UPDATE leads SET source = 'fair' WHERE id = ${id}`);
    await insertChange(id, '2026-01-01T00:00:00Z', 'new', 'won', null);
    const update = (set: string) => database.rows(`UPDATE leads SET ${set} WHERE id = ${id}`);
    await update(`company = 'Looms', location = 'Leeds', email = 'ada@looms.example'`);
    await update(`status = 'contacted', budget = NULL, source = NULL`);
    const [clock] = await database.rows<{ now: string }>('SELECT clock_timestamp()::text AS now');
    await insertChange(id, clock?.now ?? '', 'contacted', 'qualified', null);
    await update(`budget = 20`);
    await insertInteraction(database, id, { ageInDays: 400 });
    const { nodes } = await readPage(id, 20, null);
    expect(nodes.map(({ kind, changedFields }) => [kind, changedFields])).toEqual([
      ['CHANGED', ['BUDGET']],
      ['CHANGED', ['STATUS']],
      ['CHANGED', ['STATUS', 'BUDGET', 'SOURCE']],
      ['CHANGED', ['COMPANY', 'LOCATION', 'EMAIL_DOMAIN']],
      ['CHANGED', ['SOURCE']],
      ['RECORDED', []],
      ['CLOSED', ['STATUS']],
      ['INTERACTION', []],
    ]);
  });

  it('has every change and interaction once on its pages, and scores that continue each other', async () => {
    const moments = fc.constantFrom(1, 2, 2.5, 3, 4, 5, 5.000_000_01, 6, 7);
    const events = fc.array(
      fc.record({
        days: moments,
        status: fc.constantFrom(null, 'new', 'lost', 'won', 'proposal'),
        budget: fc.constantFrom(null, 60_000),
      }),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(events, fc.integer({ min: 1, max: 5 }), async (given, size) => {
        await removeLeads(database);
        const id = await insertLead(database, { budget: 10 });
        for (const { days, status, budget } of given) {
          const at = `2026-05-01T00:00:00Z`;
          if (status === null) {
            await database.rows(
              `INSERT INTO interactions ("leadId", type, date, "createdAt", "updatedAt")
               VALUES ($1, 'call', $2::timestamptz + $3 * interval '1 day', now(), now())`,
              [id, at, days],
            );
          } else {
            await database.rows(
              `INSERT INTO lead_changes ("effectiveAt", "recordedAt", "leadId", "importId", "statusBefore", "statusAfter", "budgetAfter",
                 "changedBy") VALUES ($2::timestamptz + $3 * interval '1 day', now(), $1, 1, 'new', $4, $5, 'import')`,
              [id, at, days, status, budget],
            );
          }
        }
        const entries: Entry[] = [];
        for (let after: string | null = null, isMore = true; isMore;) {
          const { nodes, pageInfo } = await readPage(id, size, after);
          expect(nodes.length).toBe(pageInfo.hasNextPage ? size : nodes.length);
          entries.push(...nodes);
          ({ hasNextPage: isMore, endCursor: after } = pageInfo);
        }
        expect(entries).toEqual((await readPage(id, 100, null)).nodes);
        expect(entries).toHaveLength(given.length + 1);
        const ids = entries.flatMap(({ interaction }) => interaction?.id ?? []);
        expect(new Set(ids).size).toBe(given.filter(({ status }) => status === null).length);
        const times = entries.map(({ at }) => at);
        expect(times).toEqual(times.toSorted().toReversed());
        const before = new Date(Date.parse('2026-05-01')).toISOString();
        const { lead } = await api.ask<{
          lead: { scoreTimeline: { before: number; after: number; cause: { id: string } | null }[] };
        }>(
          `{ lead(id: ${id}) { scoreTimeline(from: "${before}", to: "2026-06-01", points: 1) { before after cause { id } } } }`,
        );
        for (const { interaction, scoreBefore, scoreAfter } of entries) {
          const point = lead.scoreTimeline.find(
            ({ cause }) => cause !== null && cause.id === interaction?.id,
          );
          if (interaction !== null) expect([scoreBefore, scoreAfter]).toEqual([point?.before, point?.after]);
          expect(scoreBefore).not.toBeNull();
        }
        const jumps = (list: readonly { before: number | null; after: number | null }[]) =>
          list.filter((jump) => jump.before !== jump.after).map((jump) => `${jump.before}-${jump.after}`);
        expect(
          jumps(
            entries
              .slice(1)
              .toReversed()
              .map(({ scoreBefore, scoreAfter }) => ({ before: scoreBefore, after: scoreAfter })),
          ),
        ).toEqual(jumps(lead.scoreTimeline));
      }),
      { numRuns: 12 },
    );
  });

  it('takes as many statements for many leads as for one', async () => {
    await insertLeads(database, 101);
    await database.rows(`UPDATE leads SET status = 'won'`);
    await insertInteraction(database, 1);
    const ask = (first: number) => () =>
      api.ask(
        `query ($first: Int) { leadsConnection(first: $first, orderBy: { field: CREATED_AT, direction: ASC }) { nodes {
        history(first: 2) { nodes { ${FIELDS} } } short: history(first: 1) { nodes { kind } } } } }`,
        { first },
      );
    const ofOne = await api.countStatements(ask(1));
    expect(await api.countStatements(ask(100))).toBe(ofOne);
    expect(ofOne).toBeLessThanOrEqual(5);
  });

  it('reads no interactions for scores unless they are requested', async () => {
    const id = await insertLead(database);
    const ask = (fields: string) => () => api.ask(`{ lead(id: ${id}) { history { nodes { ${fields} } } } }`);
    const without = await api.countStatements(ask('kind'));
    expect(await api.countStatements(ask('kind scoreAfter'))).toBe(without + 1);
  });

  it('rejects invalid sizes and cursors of other leads or forms', async () => {
    const [first = 0, second = 0] = await insertLeads(database, 2);
    await database.rows(`UPDATE leads SET status = 'won'`);
    const { pageInfo } = await readPage(first, 1, null);
    const cursor = pageInfo.endCursor ?? '';
    const [version, binding, id, values] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [
      number,
      string,
      number,
      string[],
    ];
    const forged = (...position: string[]) =>
      Buffer.from(JSON.stringify([version, binding, id, position])).toString('base64url');
    const ask = (leadId: number, args: string) =>
      api.codeOf(`{ lead(id: ${leadId}) { history(${args}) { nodes { kind } } } }`);
    expect(await ask(first, `after: "${cursor}"`)).toBeUndefined();
    for (const args of ['first: 0', 'first: 101', 'first: -1', 'after: "x"']) {
      expect([args, await ask(first, args)]).toEqual([args, 'BAD_USER_INPUT']);
    }
    expect(await ask(second, `after: "${cursor}"`)).toBe('BAD_USER_INPUT');
    const [at = '', rank = '', entry = ''] = values;
    expect(await ask(first, `after: "${forged(at, rank)}"`)).toBe('BAD_USER_INPUT');
    expect(await ask(first, `after: "${forged(at, 'x', entry)}"`)).toBe('BAD_USER_INPUT');
    for (const odd of ['NaN', '-Infinity', '1.5', '9'.repeat(99)]) {
      expect(await ask(first, `after: "${forged('-infinity', '5', odd)}"`)).toBeUndefined();
    }
  });
});
