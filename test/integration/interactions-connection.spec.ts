import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { connectionFromArray, offsetToCursor } from 'graphql-relay';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { removeLeads } from '../support/database-reset.js';
import { insertLead, insertLeads } from '../support/fixtures.js';

interface Page {
  readonly nodes: readonly { id: string }[];
  readonly edges: readonly { cursor: string; node: { id: string } }[];
  readonly pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string | null };
  readonly totalCount: number;
}

const PAGE = `nodes { id } edges { cursor node { id } } totalCount
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;
const READ = `query ($id: Int!, $first: Int, $after: String, $last: Int, $before: String) { lead(id: $id) {
  interactionsConnection(first: $first, after: $after, last: $last, before: $before) { ${PAGE} } } }`;

let api: Api;
let database: Connection;

beforeAll(async () => {
  api = await startApi();
  database = await connect(api.databaseUrl);
});
beforeEach(() => removeLeads(database));
afterAll(async () => {
  await database.close();
  await api.close();
});

const read = async (id: number, variables: Record<string, unknown> = {}): Promise<Page> =>
  (await api.ask<{ lead: { interactionsConnection: Page } }>(READ, { id, ...variables })).lead
    .interactionsConnection;

/** Inserts interactions of a lead, each some microseconds before one instant. @returns their ids, newest first */
async function insertInteractions(leadId: number, microseconds: readonly number[]): Promise<number[]> {
  const rows = await database.rows<{ id: number }>(
    `WITH inserted AS (
       INSERT INTO interactions (type, date, "leadId", "createdAt", "updatedAt")
       SELECT 'call', '2026-01-01T00:00:00Z'::timestamptz - before * interval '1 microsecond', $1, now(), now()
       FROM unnest($2::int[]) AS before
       RETURNING id, date
     )
     SELECT id FROM inserted ORDER BY date DESC, id DESC`,
    [leadId, microseconds],
  );
  return rows.map(({ id }) => id);
}

describe('interactionsConnection', () => {
  it('returns pages as Relay defines them, newest first', async () => {
    const size = fc.integer({ min: 1, max: 6 });
    const position = fc.option(fc.nat(14), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(4), { maxLength: 12 }),
        fc.oneof(
          size.map((first) => ({ first })),
          size.map((last) => ({ last })),
        ),
        position,
        position,
        async (microseconds, sizes, after, before) => {
          const [lead = 0, other = 0] = await insertLeads(database, 2);
          const ids = await insertInteractions(lead, microseconds);
          await insertInteractions(other, microseconds);
          const whole = await read(lead, { first: 100 });
          const cursorAt = (offset: number | undefined) =>
            offset === undefined ? undefined : whole.edges[offset]?.cursor;
          const [afterCursor, beforeCursor] = [cursorAt(after), cursorAt(before)];
          const page = await read(lead, { ...sizes, after: afterCursor, before: beforeCursor });
          const expected = connectionFromArray(ids, {
            ...sizes,
            after: afterCursor === undefined ? null : offsetToCursor(after ?? 0),
            before: beforeCursor === undefined ? null : offsetToCursor(before ?? 0),
          });
          expect(page.nodes.map(({ id }) => Number(id))).toEqual(expected.edges.map(({ node }) => node));
          expect(page.edges.map(({ node }) => node)).toEqual(page.nodes);
          expect(page.pageInfo).toMatchObject({
            hasNextPage: 'first' in sizes ? expected.pageInfo.hasNextPage : beforeCursor !== undefined,
            hasPreviousPage: 'first' in sizes ? afterCursor !== undefined : expected.pageInfo.hasPreviousPage,
            endCursor: page.edges.at(-1)?.cursor ?? null,
          });
          expect(page.totalCount).toBe(ids.length);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('returns the same values, whichever fields are requested', async () => {
    const id = (await insertLeads(database, 1))[0] ?? 0;
    await insertInteractions(id, [1, 2, 3]);
    for (const args of ['first: 2', 'last: 2', 'first: 3', 'last: 100']) {
      const ask = async (asked: string) => {
        const query = `{ lead(id: ${id}) { page: interactionsConnection(${args}) { ${asked} } } }`;
        return (await api.ask<{ lead: { page: Partial<Page> } }>(query)).lead.page;
      };
      const whole = await ask(PAGE);
      expect(await ask('nodes { id }')).toEqual({ nodes: whole.nodes });
      expect(await ask('edges { node { id } }')).toEqual({
        edges: whole.edges?.map(({ node }) => ({ node })),
      });
      expect(await ask('edges { cursor }')).toEqual({
        edges: whole.edges?.map(({ cursor }) => ({ cursor })),
      });
      expect(await ask('pageInfo { hasNextPage hasPreviousPage startCursor endCursor }')).toEqual({
        pageInfo: whole.pageInfo,
      });
      expect(await ask('totalCount')).toEqual({ totalCount: 3 });
    }
  });

  it('reads the pages of many leads in as many statements as that of one', async () => {
    // More leads than fit in a page, because the list then reads one segment of its order.
    for (const id of await insertLeads(database, 40)) await insertInteractions(id, [1, 2, 3]);
    const countFor = (first: number) =>
      api.countStatements(async () => {
        await api.ask(
          `{ leadsConnection(first: ${first}) { nodes { newest: interactionsConnection(first: 2) { nodes { id } totalCount }
             all: interactionsConnection { nodes { id } } } } }`,
        );
      });
    const ofOne = await countFor(1);
    expect(await countFor(30)).toBe(ofOne);
  });

  it('lists and counts the interactions that match the filter', async () => {
    const [id = 0, other = 0] = await insertLeads(database, 2);
    await database.rows(
      `INSERT INTO interactions (type, direction, date, "leadId", "createdAt", "updatedAt")
       SELECT type::enum_interactions_type, direction::enum_interactions_direction, now() - age * interval '1 day', lead, now(), now()
       FROM unnest($1::text[], $2::text[], $3::int[]) AS new (type, direction, age), unnest($4::int[]) AS lead`,
      [
        ['email', 'email', 'email', 'call', 'call', 'meeting'],
        ['inbound', 'outbound', null, 'inbound', 'outbound', null],
        [1, 2, 3, 4, 5, 6],
        [id, other],
      ],
    );
    const ask = `query ($filter: InteractionFilterInput) { leads {
      interactionsConnection(first: 2, filter: $filter) { nodes { type direction } totalCount pageInfo { endCursor } } } }`;
    const find = async (filter: object | null) => {
      const { leads } = await api.ask<{ leads: { interactionsConnection: Page }[] }>(ask, { filter });
      const [first, second] = leads.map(({ interactionsConnection: { nodes, totalCount } }) => ({
        nodes,
        totalCount,
      }));
      expect(second).toEqual(first);
      return first;
    };
    const node = (type: string, direction: string | null) => ({ type, direction });
    const [inbound, outbound, unknown] = [
      node('EMAIL', 'INBOUND'),
      node('EMAIL', 'OUTBOUND'),
      node('EMAIL', null),
    ];
    const expected: [object | null, object[], number][] = [
      [null, [inbound, outbound], 6],
      [{}, [inbound, outbound], 6],
      [{ direction: null, type: null }, [inbound, outbound], 6],
      [{ direction: ['INBOUND'] }, [inbound, node('CALL', 'INBOUND')], 2],
      [{ direction: [null] }, [unknown, node('MEETING', null)], 2],
      [{ direction: [null, 'OUTBOUND'] }, [outbound, unknown], 4],
      [{ direction: 'OUTBOUND', type: ['EMAIL'] }, [outbound], 1],
      [{ type: ['MEETING', 'CALL'] }, [node('CALL', 'INBOUND'), node('CALL', 'OUTBOUND')], 3],
      [{ direction: ['INBOUND'], type: ['MEETING'] }, [], 0],
    ];
    for (const [filter, nodes, totalCount] of expected) {
      expect(await find(filter)).toEqual({ nodes, totalCount });
    }
    const literal = `{ lead(id: ${id}) { a: interactionsConnection(filter: { direction: [OUTBOUND] }) { totalCount }
      b: interactionsConnection(filter: { direction: [INBOUND, null] }) { totalCount }
      c: interactionsConnection { totalCount } } }`;
    // A query is compiled when it arrives for the third time.
    for (let time = 0; time < 4; time += 1) {
      expect(await api.ask(literal)).toEqual({
        lead: { a: { totalCount: 2 }, b: { totalCount: 4 }, c: { totalCount: 6 } },
      });
    }
    for (const filter of [{ direction: [] }, { type: [] }, { direction: Array(11).fill(null) }]) {
      expect(await api.codeOf(ask, { filter })).toBe('BAD_USER_INPUT');
    }
  });

  it('pages through the matches of a filter, with cursors valid only for that filter', async () => {
    const id = await insertLead(database);
    const ids = await insertInteractions(id, [1, 2, 3, 4, 5]);
    await database.rows(`UPDATE interactions SET direction = 'inbound' WHERE id <> $1`, [ids[1]]);
    const filtered = `query ($id: Int!, $after: String, $filter: InteractionFilterInput) { lead(id: $id) {
      interactionsConnection(first: 2, after: $after, filter: $filter) { ${PAGE} } } }`;
    const page = async (after: string | null, filter: object) =>
      (await api.ask<{ lead: { interactionsConnection: Page } }>(filtered, { id, after, filter })).lead
        .interactionsConnection;
    const first = await page(null, { direction: ['INBOUND'] });
    const { endCursor } = first.pageInfo;
    // The same filter, written differently.
    const second = await page(endCursor, { direction: ['INBOUND', 'INBOUND'], type: null });
    const found = [...first.nodes, ...second.nodes].map((node) => Number(node.id));
    expect(found).toEqual(ids.filter((one) => one !== ids[1]));
    expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    for (const filter of [null, { direction: ['OUTBOUND'] }, { direction: ['INBOUND'], type: ['CALL'] }]) {
      expect(await api.codeOf(filtered, { id, after: endCursor, filter })).toBe('BAD_USER_INPUT');
    }
  });

  it('rejects invalid sizes, and cursors that are forged or of another list', async () => {
    const id = await insertLead(database);
    const other = await insertLead(database);
    await insertInteractions(id, [1, 2]);
    const cursor = (await read(id, { first: 1 })).pageInfo.endCursor;
    const codeOf = (variables: Record<string, unknown>) => api.codeOf(READ, { id, ...variables });
    const [version, binding] = JSON.parse(Buffer.from(cursor ?? '', 'base64url').toString()) as unknown[];
    const forged = Buffer.from(JSON.stringify([version, binding, 1, ['yesterday at tea']])).toString(
      'base64url',
    );
    for (const variables of [
      { first: 0 },
      { first: 101 },
      { first: 1, last: 1 },
      { after: 'x' },
      { id: other, after: cursor },
      { before: forged },
    ]) {
      expect(await codeOf(variables)).toBe('BAD_USER_INPUT');
    }
  });
});
