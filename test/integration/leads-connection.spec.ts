import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { connectionFromArray, offsetToCursor } from 'graphql-relay';
import type { KeysetPosition } from '../../src/common/keyset-cursor.js';
import { listNearLimit } from '../../src/list-sizes/list-size.js';
import type { LeadFilter } from '../../src/leads/listing/lead-filter.js';
import { LEAD_COLUMNS } from '../../src/leads/lead-record.js';
import { type LeadOrder, type LeadOrderField, ORDERS } from '../../src/leads/listing/lead-order.js';
import {
  type LeadQuery,
  readRange,
  type Segment,
  segmentsOf,
  sortSegment,
} from '../../src/leads/listing/lead-page.sql.js';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { removeLeads } from '../support/database-reset.js';
import { insertLead, insertLeads } from '../support/fixtures.js';
import { until } from '../support/until.js';

interface Listed {
  readonly id: string;
  readonly lastName: string;
}

interface Page {
  readonly nodes: readonly Listed[];
  readonly edges: readonly { cursor: string; node: Listed }[];
  readonly pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
  readonly totalCount: number;
}

const LIST = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: LeadFilterInput, $orderBy: LeadOrderInput) {
  leadsConnection(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $orderBy) {
    nodes { id lastName } edges { cursor node { id lastName } } totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

let api: Api;
let database: Connection;

beforeAll(async () => {
  api = await startApi();
  database = await connect(api.databaseUrl);
  // The lists are tested with any values of `lastContactAt`, without interactions.
  await database.rows('ALTER TABLE leads DISABLE TRIGGER "leads_insertedWithState"');
});
const empty = () => removeLeads(database);
afterAll(async () => {
  await database.close();
  await api.close();
});

/** Without totalCount, which takes a statement of its own. */
const PAGE_ALONE = LIST.replace('totalCount', '');

const list = async (variables: Record<string, unknown> = {}, query = LIST): Promise<Page> =>
  (await api.ask<{ leadsConnection: Page }>(query, variables)).leadsConnection;
const idsOf = ({ nodes }: Page): number[] => nodes.map(({ id }) => Number(id));

interface Row {
  readonly id: number;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly company: string | null;
  readonly location: string | null;
  readonly source: string | null;
  readonly status: string;
  readonly budget: number | null;
  readonly activityScore: number | null;
  readonly lastContactAt: Date | null;
  readonly createdAt: Date;
}

const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Few values, so that many leads share them. */
const some = <Value>(...values: Value[]) => fc.constantFrom(...values);
const DAYS = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.001Z', '2026-02-01T12:00:00Z'];
const rowArbitrary = fc.record({
  firstName: some('Ada', 'ben', 'Zoe'),
  lastName: some('King', 'king', 'Abel', 'Young'),
  company: some(null, 'Looms', 'looms', '50% Off_Co', 'Köln AG'),
  location: some(null, 'London', 'LONDON', 'Oslo'),
  source: some(null, 'website', 'referral'),
  status: some('new', 'won', 'lost'),
  budget: some(null, 0, 10.5, 99_999_999.99),
  activityScore: some(null, 0, 39, 40, 50, 69, 70, 100),
  lastContactAt: some(null, ...DAYS),
  createdAt: some(...DAYS),
});

async function insertRows(rows: readonly (typeof rowArbitrary extends fc.Arbitrary<infer T> ? T : never)[]) {
  await empty();
  await database.rows(
    `INSERT INTO leads ("firstName", "lastName", email, company, location, source, status, budget, "activityScore",
       "lastContactAt", "createdAt", "updatedAt")
     SELECT "firstName", "lastName", 'lead' || n || '@example.com', company, location, source, status, budget,
       "activityScore", "lastContactAt", "createdAt", "createdAt"
     FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS ("firstName" text, "lastName" text, company text, location text,
       source text, status text, budget numeric, "activityScore" int, "lastContactAt" timestamptz,
       "createdAt" timestamptz)) WITH ORDINALITY
       AS row ("firstName", "lastName", company, location, source, status, budget, "activityScore", "lastContactAt", "createdAt", n)
     ORDER BY n`,
    [JSON.stringify(rows)],
  );
  const stored = await database.rows<Row & { budget: string | null }>('SELECT * FROM leads ORDER BY id');
  return stored.map((row): Row => ({ ...row, budget: row.budget === null ? null : Number(row.budget) }));
}

type Key = string | number | null;
const KEYS: Record<string, (row: Row) => readonly Key[]> = {
  SCORE: ({ activityScore }) => [activityScore],
  LAST_CONTACT_AT: ({ lastContactAt }) => [lastContactAt?.getTime() ?? null],
  NAME: ({ lastName, firstName }) => [lastName.toLowerCase(), firstName.toLowerCase()],
  CREATED_AT: ({ createdAt }) => [createdAt.getTime()],
  BUDGET: ({ budget }) => [budget],
};

/** The expected order: by the keys of the field, then by id in the same direction. Leads without a key come last. */
function sorted(rows: readonly Row[], field: string, direction: string): Row[] {
  const sign = direction === 'ASC' ? 1 : -1;
  const keysOf = KEYS[field] ?? (() => []);
  const compare = (a: Row, b: Row): number => {
    const [keysA, keysB] = [keysOf(a), keysOf(b)];
    for (const [index, one] of keysA.entries()) {
      const other = keysB[index] ?? null;
      if (one === other) continue;
      if (one === null) return 1;
      if (other === null) return -1;
      return one < other ? -sign : sign;
    }
    return sign * (a.id - b.id);
  };
  return rows.toSorted(compare);
}

const order = fc.record({ field: some(...Object.keys(KEYS)), direction: some('ASC', 'DESC') });

const bandOf = ({ status, activityScore }: Row): string | null => {
  if (status !== 'new') return null;
  if (activityScore === null) return 'UNSCORED';
  return activityScore >= 70 ? 'HOT' : activityScore >= 40 ? 'WARM' : 'COLD';
};

/** Stored texts, each with spellings that must find it. */
const SPELLINGS: readonly (readonly [string, readonly string[]])[] = [
  ['José', ['jose', 'JOSE\u0301', 'josé', 'osé']],
  ['Jose\u0301 Old', ['josé old', 'jose old']],
  ['Große Straße', ['strasse', 'STRASSE', 'straße', 'grosse', 'ßE', 'gro']],
  ['Łukasz', ['lukasz', 'ŁUKASZ', 'luk']],
  ['Søren Ærø', ['soren', 'aero', 'SØREN']],
  ['Đorđe', ['dorde', 'đor']],
  ['Ελένη Παπαδόπουλος', ['ελενη', 'ΠΑΠΑΔΟΠΟΥΛΟΣ', 'παπαδοπουλος']],
  ['Фёдор Йович', ['федор', 'ФЁДОР', 'йович']],
  ['İstanbul Ilgın', ['istanbul', 'ilgin']],
  ['Nguyễn Văn Đức', ['nguyen van duc', 'vă']],
  ['O’Brien', ["o'brien", 'o’brien']],
  ['می\u200cخواهم', ['میخواهم', 'می\u200cخواهم']],
  ['soft\u00adware', ['software']],
  ['50%_Co\\', ['50%_co\\', '%_c', 'co\\']],
];

describe('leadsConnection', () => {
  beforeEach(empty);

  it.each(SPELLINGS)('finds %j by each spelling, in the search and in filters', async (text, spellings) => {
    const id = await insertLead(database, { lastName: text });
    await insertLead(database, { lastName: 'Smith' });
    await database.rows('UPDATE leads SET company = $2, location = $2 WHERE id = $1', [id, text]);
    for (const search of spellings) {
      expect([search, idsOf(await list({ filter: { search } }))]).toEqual([search, [id]]);
    }
    for (const whole of [text, text.normalize('NFC'), text.normalize('NFD'), ` ${text.toUpperCase()}`]) {
      for (const name of ['company', 'location']) {
        const found = idsOf(await list({ filter: { [name]: whole } }));
        expect([name, whole, found]).toEqual([name, whole, [id]]);
      }
    }
  });

  it('compares and counts statuses and sources regardless of case and separators, as scoring does', async () => {
    const STATUSES = [
      'qualified',
      'Qualified',
      'Closed Lost',
      'closed-lost',
      'CLOSED_LOST',
      'Überfällig',
      'on hold',
    ];
    const ids: number[] = [];
    for (const status of STATUSES) ids.push(await insertLead(database, { status }));
    const SOURCES = ['Trade Show', 'trade-show', 'trade_show', 'Trade Show', null, 'Été', 'e\u0301te\u0301'];
    for (const [index, source] of SOURCES.entries()) {
      await database.rows('UPDATE leads SET source = $2 WHERE id = $1', [ids[index], source]);
    }
    const found = async (filter: object) =>
      idsOf(await list({ filter, orderBy: { field: 'CREATED_AT', direction: 'ASC' } })).map((id) =>
        ids.indexOf(id),
      );
    expect(await found({ status: ['Qualified'] })).toEqual([0, 1]);
    expect(await found({ status: [' closed lost ', 'ON-HOLD'] })).toEqual([2, 3, 4, 6]);
    expect(await found({ status: ['überfällig'] })).toEqual([5]);
    expect(await found({ status: ['no such status'] })).toEqual([]);
    expect(await found({ source: ['TRADE SHOW'] })).toEqual([0, 1, 2, 3]);
    expect(await found({ source: ['été'] })).toEqual([5, 6]);
    const { leadStats } = await api.ask<{ leadStats: object }>(
      '{ leadStats { byStatus { status count } bySource { source count } } }',
    );
    expect(leadStats).toEqual({
      byStatus: [
        { status: 'closed_lost', count: 3 },
        { status: 'qualified', count: 2 },
        { status: 'on_hold', count: 1 },
        { status: 'überfällig', count: 1 },
      ],
      bySource: [
        { source: 'Trade Show', count: 4 },
        { source: 'e\u0301te\u0301', count: 2 },
        { source: null, count: 1 },
      ],
    });
    await api.ask('mutation { recalculateAllScores { count } }');
    const scores = await database.rows<{ activityScore: number }>(
      'SELECT "activityScore" FROM leads ORDER BY id',
    );
    expect(scores.map(({ activityScore }) => activityScore)).toEqual([7, 7, 0, 0, 0, 3, 3]);
    const page = await list({ filter: { status: ['CLOSED LOST'] }, first: 1 });
    const next = await list({
      filter: { status: ['closed_lost'] },
      first: 2,
      after: page.pageInfo.endCursor,
    });
    expect(next.nodes).toHaveLength(2);
  });

  it('returns pages as Relay defines them, in every order', async () => {
    const size = fc.integer({ min: 1, max: 7 });
    const position = fc.option(fc.nat(30), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        fc.array(rowArbitrary, { maxLength: 25 }),
        order,
        fc.oneof(
          size.map((first) => ({ first })),
          size.map((last) => ({ last })),
        ),
        position,
        position,
        async (rows, orderBy, sizes, after, before) => {
          const all = sorted(await insertRows(rows), orderBy.field, orderBy.direction);
          const whole = await list({ orderBy, first: 100 });
          expect(idsOf(whole)).toEqual(all.map(({ id }) => id));
          const cursorAt = (offset: number | undefined) =>
            offset === undefined ? undefined : whole.edges[offset]?.cursor;
          const [afterCursor, beforeCursor] = [cursorAt(after), cursorAt(before)];
          const page = await list({ orderBy, ...sizes, after: afterCursor, before: beforeCursor });
          const expected = connectionFromArray(
            all.map(({ id }) => id),
            {
              ...sizes,
              after: afterCursor === undefined ? null : offsetToCursor(after ?? 0),
              before: beforeCursor === undefined ? null : offsetToCursor(before ?? 0),
            },
          );
          expect(page.edges.map(({ node }) => Number(node.id))).toEqual(
            expected.edges.map(({ node }) => node),
          );
          expect(page.nodes).toEqual(page.edges.map(({ node }) => node));
          expect(page.edges.map(({ cursor }) => cursor)).toEqual(
            page.nodes.map(({ id }) => whole.edges.find(({ node }) => node.id === id)?.cursor),
          );
          // For the side that is not read to its end, graphql-relay returns false; our value follows from the cursor.
          expect(page.pageInfo).toEqual({
            hasNextPage: 'first' in sizes ? expected.pageInfo.hasNextPage : beforeCursor !== undefined,
            hasPreviousPage: 'first' in sizes ? afterCursor !== undefined : expected.pageInfo.hasPreviousPage,
            startCursor: page.edges[0]?.cursor ?? null,
            endCursor: page.edges.at(-1)?.cursor ?? null,
          });
          expect(page.totalCount).toBe(all.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('returns exactly the leads that match the filter', async () => {
    const optional = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: null });
    const range = (low: number, high: number) =>
      optional(
        fc
          .tuple(optional(some(low, high / 2)), optional(some(high / 2, high)))
          .map(([min, max]) => ({ min, max })),
      );
    const filterArbitrary = fc.record(
      {
        status: optional(fc.subarray(['new', 'won', 'none'], { minLength: 1 })),
        source: optional(fc.subarray(['website', 'referral'], { minLength: 1 })),
        company: optional(some('LOOMS', '50% off_co', 'köln ag')),
        location: optional(some('london', 'Paris')),
        search: optional(
          some('king', 'KIN', 'a k', '50%', '_', 'lead1', 'köl', 'KOLN', 'b', 'ada looms', 'y zoe'),
        ),
        budget: range(0, 20),
        score: range(0, 100),
        isOpen: optional(fc.boolean()),
        band: optional(some('HOT', 'WARM', 'COLD', 'UNSCORED')),
        lastContactAfter: optional(some(...DAYS)),
        lastContactBefore: optional(some(...DAYS)),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(rowArbitrary, { minLength: 5, maxLength: 25 }),
        filterArbitrary.filter(
          ({ lastContactAfter: after, lastContactBefore: before, isOpen, band, score }) =>
            (after == null || before == null || new Date(after) < new Date(before)) &&
            (band == null || isOpen !== false) &&
            (band !== 'UNSCORED' || (score?.min ?? score?.max ?? null) === null),
        ),
        order,
        async (rows, filter, orderBy) => {
          const stored = sorted(await insertRows(rows), orderBy.field, orderBy.direction);
          const isWithin = (
            value: number | null,
            bounds: { min: number | null; max: number | null } | null | undefined,
          ) =>
            bounds == null ||
            ((bounds.min === null || (value !== null && value >= bounds.min)) &&
              (bounds.max === null || (value !== null && value <= bounds.max)));
          const expected = stored.filter((row) => {
            const text = fold(` ${row.firstName} ${row.lastName} ${row.email} ${row.company ?? ''}`);
            const terms = filter.search == null ? [] : fold(filter.search).split(' ');
            return (
              (filter.status == null || filter.status.includes(row.status)) &&
              (filter.source == null || (row.source !== null && filter.source.includes(row.source))) &&
              (filter.company == null || row.company?.toLowerCase() === filter.company.toLowerCase()) &&
              (filter.location == null || row.location?.toLowerCase() === filter.location.toLowerCase()) &&
              terms.every((term) => text.includes(term.length < 3 ? ` ${term}` : term)) &&
              isWithin(row.budget, filter.budget) &&
              isWithin(row.activityScore, filter.score) &&
              (filter.isOpen == null || filter.isOpen === (row.status === 'new')) &&
              (filter.band == null || filter.band === bandOf(row)) &&
              (filter.lastContactAfter == null ||
                (row.lastContactAt !== null && row.lastContactAt > new Date(filter.lastContactAfter))) &&
              (filter.lastContactBefore == null ||
                (row.lastContactAt !== null && row.lastContactAt < new Date(filter.lastContactBefore)))
            );
          });
          const page = await list({ filter, orderBy, first: 100 });
          expect(idsOf(page)).toEqual(expected.map(({ id }) => id));
          expect(page.totalCount).toBe(expected.length);
        },
      ),
      { numRuns: 80 },
    );
  });

  it('finds leads that were never scored, and leads with a stale score', async () => {
    const [unscored, scored, changed] = await insertLeads(database, 3);
    await database.rows(`UPDATE leads SET "updatedAt" = now()`);
    await api.ask('mutation { recalculateAllScores { count } }');
    await database.rows(`UPDATE leads SET "activityScore" = NULL, "scoreCalculatedAt" = NULL WHERE id = $1`, [
      unscored,
    ]);
    await database.rows('UPDATE leads SET "activityScore" = 50 WHERE id = $1', [changed]);
    const found = async (filter: object) =>
      idsOf(await list({ filter, orderBy: { field: 'CREATED_AT', direction: 'ASC' } }));
    expect(await found({ isScored: false })).toEqual([unscored]);
    expect(await found({ isScored: true })).toEqual([scored, changed]);
    expect(await found({ isScoreStale: true })).toEqual([unscored, changed]);
    expect(await found({ isScoreStale: false })).toEqual([scored]);
    expect(await found({ isScored: true, isScoreStale: true })).toEqual([changed]);
  });

  it('returns 20 leads by default, highest scores first', async () => {
    const ids: number[] = [];
    for (let score = 0; score < 25; score += 1)
      ids.push(await insertLead(database, { activityScore: score }));
    const page = await list();
    expect(idsOf(page)).toEqual(ids.toReversed().slice(0, 20));
    expect(page.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  });

  it('continues at its cursor while scores change and leads are added and removed', async () => {
    const ids = await insertLeads(database, 60);
    await database.rows('UPDATE leads SET "activityScore" = id % 7');
    const seen: number[] = [];
    let after: string | null = null;
    do {
      const page: Page = await list({ first: 10, after });
      seen.push(...idsOf(page));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      // Only leads divisible by 3 change, and the lead at the cursor is removed.
      await database.rows('UPDATE leads SET "activityScore" = (id * 31 + $1) % 101 WHERE id % 3 = 0', [
        seen.length,
      ]);
      await insertLeads(database, 1);
      await database.rows('DELETE FROM leads WHERE id = $1', [seen.at(-1)]);
    } while (after !== null && seen.length < 300);
    const unchanged = ids.filter((id) => id % 3 !== 0);
    expect(seen.filter((id) => unchanged.includes(id)).sort((a, b) => a - b)).toEqual(unchanged);
  });

  it('returns the same value for each field, requested alone or with all others', async () => {
    await api.ask(`mutation { createLead(createLeadInput: { firstName: "A", lastName: "B", email: "a@example.com", budget: 7.25,
      phone: "1", company: "C", location: "D", source: "E", status: "won" }) { id } }`);
    await api.ask(
      `mutation { createInteraction(createInteractionInput: { leadId: 1, type: CALL, date: "2026-01-01", notes: "N" }) { id } }`,
    );
    await api.ask('mutation { regenerateSummary(id: 1) { id } }');
    const { __type: lead } = await api.ask<{
      __type: { fields: { name: string }[] };
    }>('{ __type(name: "Lead") { fields { name } } }');
    const below: Record<string, string> = {
      interactions: '{ id type date notes leadId createdAt updatedAt }',
      interactionsConnection:
        '{ nodes { id type date notes leadId createdAt updatedAt } edges { node { notes } } }',
      scoreBreakdown:
        '{ recency { points reason } engagement { reason } budget { reason } status { reason } }',
      summaryDetail: '{ source writer generatedAt isStale }',
      scoreAt: '(at: "2026-01-01") { at score }',
      scoreTimeline: '(from: "2026-01-01", to: "2026-02-01", points: 2) { at score cause { id } }',
      scoreFallsBelow: '(score: 30)',
      winRate: '{ rate leads }',
      history: '{ nodes { at kind by statusAfter scoreAfter interaction { id } } edges { cursor } }',
    };
    const selections = lead.fields.map(({ name }) => `${name} ${below[name] ?? ''}`);
    const first = async (query: string) => {
      const { list } = await api.ask<{ list: { nodes?: object[]; edges?: { node: object }[] } }>(query);
      return list.nodes?.[0] ?? list.edges?.[0]?.node;
    };
    const whole = await first(`{ list: leadsConnection { nodes { ${selections.join(' ')} } } }`);
    const { byId } = await api.ask<{ byId: object }>(`{ byId: lead(id: 1) { ${selections.join(' ')} } }`);
    expect(whole).toEqual(byId);
    for (const selection of selections) {
      expect(whole).toMatchObject(
        (await first(`{ list: leadsConnection { nodes { ${selection} } } }`)) ?? {},
      );
      expect(whole).toMatchObject(
        (await first(`{ list: leadsConnection { edges { node { ${selection} } } } }`)) ?? {},
      );
    }
  });

  it('counts leads only if totalCount is requested', async () => {
    await insertLeads(database, 3);
    const without = await api.countStatements(() =>
      api.ask('{ leadsConnection { nodes { id } } }').then(() => undefined),
    );
    const counted = await api.countStatements(() =>
      api.ask('{ leadsConnection { nodes { id } totalCount } }').then(() => undefined),
    );
    expect(counted - without).toBe(1);
  });

  describe('rejects', () => {
    let cursor = '';
    beforeEach(async () => {
      await insertLeads(database, 3);
      cursor = (await list({ first: 1 })).pageInfo.endCursor ?? '';
    });
    const forged = (values: readonly unknown[], id: unknown = 1) => {
      const [version, binding] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
      return Buffer.from(JSON.stringify([version, binding, id, values])).toString('base64url');
    };
    const errorOf = async (variables: Record<string, unknown>) => {
      const [error] = (await api.send(LIST, variables)).errors ?? [];
      return [error?.extensions.code, error?.message];
    };

    it.each<[string, Record<string, unknown>, string]>([
      ['first with last', { first: 1, last: 1 }, 'first and last cannot be combined.'],
      ['a first of 0', { first: 0 }, 'first must be a whole number from 1 to 100.'],
      ['a first of 101', { first: 101 }, 'first must be a whole number from 1 to 100.'],
      ['a last of -1', { last: -1 }, 'last must be a whole number from 1 to 100.'],
      ['an empty cursor', { after: '' }, 'after is not a cursor of leadsConnection.'],
      ['an invalid cursor', { before: 'nonsense' }, 'before is not a cursor of leadsConnection.'],
      [
        'an empty list of statuses',
        { filter: { status: [] } },
        'filter.status must have 1 to 50 values of at most 255 characters, none blank.',
      ],
      [
        'an invisible status',
        { filter: { status: ['new', '\u200b'] } },
        'filter.status must have 1 to 50 values of at most 255 characters, none blank.',
      ],
      [
        'too many values, all blank',
        { filter: { status: Array.from({ length: 51 }, () => ' ') } },
        'filter.status must have 1 to 50 values of at most 255 characters, none blank.',
      ],
      [
        'a NUL in a list',
        { filter: { source: ['a\0b'] } },
        'filter.source must have 1 to 50 values of at most 255 characters, none blank.',
      ],
      [
        'a blank search',
        { filter: { search: '  ' } },
        'filter.search must be a text of 1 to 255 characters, not all blank.',
      ],
      [
        'a NUL in a text',
        { filter: { company: 'a\0b' } },
        'filter.company must be a text of 1 to 255 characters, not all blank.',
      ],
      [
        'a score range from high to low',
        { filter: { score: { min: 2, max: 1 } } },
        'filter.score: min must not be above max.',
      ],
      [
        'a budget range from high to low',
        { filter: { budget: { min: 2, max: 1 } } },
        'filter.budget: min must not be above max.',
      ],
      [
        'an empty range of contact dates',
        { filter: { lastContactAfter: '2026-02-01T00:00:00Z', lastContactBefore: '2026-02-01T00:00:00Z' } },
        'filter.lastContactAfter must be before lastContactBefore.',
      ],
      [
        'a band of closed leads',
        { filter: { isOpen: false, band: 'HOT' } },
        'filter.band cannot be combined with isOpen: false: closed leads have no band.',
      ],
      [
        'a band of leads that were never scored',
        { filter: { isScored: false, band: 'COLD' } },
        'filter.band contradicts filter.isScored: UNSCORED leads have no score, and the others have one.',
      ],
      [
        'a score range of the band UNSCORED',
        { filter: { band: 'UNSCORED', score: { max: 1 } } },
        'filter.score cannot be combined with the band UNSCORED.',
      ],
      [
        'a score range of leads without a score',
        { filter: { isScored: false, score: { min: 1 } } },
        'filter.score cannot be combined with isScored: false.',
      ],
    ])('%s', async (_, variables, message) => {
      expect(await errorOf(variables)).toEqual(['BAD_USER_INPUT', message]);
    });

    it('a cursor of another order or filter', async () => {
      const message = 'after is a cursor of another list, filter or order: start again without a cursor.';
      const others = [
        { orderBy: { field: 'SCORE', direction: 'ASC' } },
        { orderBy: { field: 'NAME', direction: 'DESC' } },
        { filter: { status: ['won'] } },
        { filter: { isOpen: true } },
        { filter: { band: 'UNSCORED' } },
      ];
      for (const other of others) {
        expect(await errorOf({ after: cursor, ...other })).toEqual(['BAD_USER_INPUT', message]);
      }
      // The same filter and order, written differently.
      expect(
        await list({
          after: cursor,
          filter: { status: null },
          orderBy: { field: 'SCORE', direction: 'DESC' },
        }),
      ).toBeDefined();
    });

    it('a forged cursor', async () => {
      const cursors = [
        forged(['x']),
        forged(['1e3']),
        forged(['99999999999999']),
        forged(['2147483648']),
        forged(['1', '2']),
        forged([1]),
        forged(['1'], 'x'),
        forged(['1'], 1e12),
        forged([`1'; DROP TABLE leads; --`]),
        forged(['\u0000']),
      ];
      for (const after of cursors) expect((await errorOf({ after }))[0]).toBe('BAD_USER_INPUT');
    });
  });
});

describe('a cursor', () => {
  beforeEach(empty);

  it('is accepted for every value that PostgreSQL stores, and never causes an internal error', async () => {
    await database.rows(`
      INSERT INTO leads ("firstName", "lastName", email, budget, "lastContactAt", "createdAt", "updatedAt")
      SELECT 'A', 'B', n || '@example.com', (ARRAY[0, 0.01, 99999999.99, 'NaN'])[1 + n % 4],
        (ARRAY['infinity', '-infinity', '2024-02-29 23:59:59.999999+00', '2026-03-15 01:02:03.000001+00',
          '9999-12-31 00:00:00+00'])[1 + n % 5]::timestamptz,
        '2026-01-01', now()
      FROM generate_series(1, 20) AS n`);
    for (const field of ['BUDGET', 'LAST_CONTACT_AT', 'NAME', 'CREATED_AT']) {
      const orderBy = { field, direction: 'DESC' };
      const whole = await list({ orderBy, first: 100 });
      const ids: number[] = [];
      let after: string | null = null;
      do {
        const page: Page = await list({ orderBy, first: 3, after });
        ids.push(...idsOf(page));
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      } while (after !== null);
      expect(ids).toEqual(idsOf(whole));

      const [version, binding, id, values] = JSON.parse(
        Buffer.from(whole.edges[9]?.cursor ?? '', 'base64url').toString(),
      ) as [number, string, number, string[]];
      await fc.assert(
        fc.asyncProperty(fc.nat(30), some(...'0123456789-+.: ea\0'), async (at, sign) => {
          const changed = values.map((value) => value.slice(0, at) + sign + value.slice(at + 1));
          const forged = Buffer.from(JSON.stringify([version, binding, id, changed])).toString('base64url');
          expect([undefined, 'BAD_USER_INPUT']).toContain(await api.codeOf(LIST, { orderBy, after: forged }));
        }),
        { numRuns: 80 },
      );
    }
  });
});

describe('the plan of a page', () => {
  beforeAll(async () => {
    await empty();
    await database.rows(`
      INSERT INTO leads ("firstName", "lastName", email, company, location, source, status, budget, "activityScore",
        "scoreCalculatedAt", "lastContactAt", "createdAt", "updatedAt")
      SELECT 'First' || n % 97, 'Last' || n % 89, n || '@example.com', 'Company ' || n % 3000, 'Town ' || n % 2000,
        'source ' || n % 7, (ARRAY['new', 'won', 'lost'])[1 + n % 3], CASE WHEN n % 5 > 0 THEN n END,
        CASE WHEN n % 9 > 0 THEN n % 101 END, now(), CASE WHEN n % 4 > 0 THEN now() - n * interval '1 minute' END,
        now() - n * interval '1 minute', now()
      FROM generate_series(1, 80000) AS n`);
    await database.rows('VACUUM ANALYZE leads, lead_scores');
  });

  interface Node {
    readonly 'Node Type': string;
    readonly 'Relation Name'?: string;
    readonly Plans?: readonly Node[];
    readonly 'Actual Rows': number;
  }
  const nodesOf = (plan: Node): Node[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

  async function explain(sql: string, values: readonly unknown[] = []): Promise<Node[]> {
    const [row] = await database.rows<{ 'QUERY PLAN': readonly { Plan: Node }[] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
      [...values],
    );
    return nodesOf((row as { 'QUERY PLAN': readonly [{ Plan: Node }] })['QUERY PLAN'][0].Plan);
  }

  /** Converts a filter to the names of the API. */
  const toApiFilter = (filter: LeadFilter) => ({ ...filter, band: filter.band?.toUpperCase() });

  async function planOf(
    filter: LeadFilter,
    order: LeadOrder,
    position: KeysetPosition | null,
    isBackward: boolean,
  ) {
    const window = {
      size: 20,
      isBackward,
      after: isBackward ? null : position,
      before: isBackward ? position : null,
    };
    const query = { columns: LEAD_COLUMNS, filter, order, window };
    const segments = segmentsOf(order, window);
    return Promise.all(
      segments.slice(0, 1).map(async (segment) => {
        const { sql, bind } = readRange(query, segment, 21);
        return explain(sql, bind);
      }),
    );
  }

  const FIELDS = Object.keys(ORDERS) as LeadOrderField[];
  const MIDDLE: Record<LeadOrderField, readonly string[]> = {
    score: ['50'],
    lastContact: ['2026-01-01 00:00:00+00'],
    name: ['last5', 'first5'],
    created: ['2026-01-01 00:00:00+00'],
    budget: ['15000'],
  };
  const planCases = FIELDS.flatMap((field) =>
    (['asc', 'desc'] as const).flatMap((direction) =>
      [
        null,
        { values: MIDDLE[field], id: 15_000 },
        ...(ORDERS[field].isNullable ? [{ values: [], id: 15_000 }] : []),
      ].flatMap((position) =>
        [false, true].map((isBackward) => [field, direction, position, isBackward] as const),
      ),
    ),
  );

  it.each(planCases)(
    'scans a range of an index: by %s %s from %j, backward: %s',
    async (field, direction, position, isBackward) => {
      const filters: LeadFilter[] = field === 'score' ? [{}, { isOpen: true }] : [{}];
      const plans = await Promise.all(
        filters.map((filter) => planOf(filter, { field, direction }, position, isBackward)),
      );
      for (const plan of plans.flat()) {
        const kinds = plan.map((node) => node['Node Type']);
        expect(
          kinds.filter((kind) => ['Seq Scan', 'Sort', 'Incremental Sort', 'Bitmap Heap Scan'].includes(kind)),
        ).toEqual([]);
        // Each node reads at most the page and one row beyond it.
        expect(Math.max(...plan.map((node) => node['Actual Rows']))).toBeLessThanOrEqual(21);
      }
    },
  );

  it.each<[string, LeadFilter, number]>([
    ['no filter, because leads are read in order', {}, 1],
    ['a common value, which a short scan finds', { status: ['won'] }, 1],
    ['a rare value, because matches are sorted', { search: '12345@' }, 2],
    ['a value at the far end of the order', { search: 'last88' }, 2],
    ['a range of the order itself', { score: { max: 3 } }, 1],
    ['open leads, which the index contains', { isOpen: true }, 1],
    ['a band', { band: 'warm' }, 1],
  ])('needs no more statements than necessary for %s', async (_, filter, count) => {
    const orderBy =
      'search' in filter ? { field: 'NAME', direction: 'ASC' } : { field: 'SCORE', direction: 'DESC' };
    const sent = await api.recordStatements(() => list({ filter: toApiFilter(filter), orderBy }, PAGE_ALONE));
    expect(sent.length).toBe(count);
  });

  it('fills the page if a scan finds only part of it', async () => {
    const orderBy = { field: 'CREATED_AT', direction: 'DESC' };
    let page: Page | undefined;
    const sent = await api.recordStatements(async () => {
      page = await list({ filter: { location: 'town 17' }, orderBy }, PAGE_ALONE);
    });
    expect(page && idsOf(page)).toEqual(Array.from({ length: 20 }, (_, index) => 17 + 2_000 * index));
    // A short scan, a longer one, and sorting.
    expect(sent.length).toBe(3);
  });

  it.each<[Segment, LeadFilter, string[]]>([
    ['values', { search: '12345@' }, []],
    ['values', { search: '12345@', score: { min: 99 } }, ['lead_scores']],
    ['nulls', { budget: { min: 1 } }, ['lead_scores']],
  ])(
    'sorts the segment %s with %j by score, and reads only the necessary tables',
    async (segment, filter, beside) => {
      const query: LeadQuery = {
        columns: LEAD_COLUMNS,
        filter,
        order: { field: 'score', direction: 'desc' },
        window: { size: 20, isBackward: false, after: null, before: null },
      };
      const { sql, bind } = sortSegment(query, segment, 21);
      const relations = (await explain(sql, bind)).map((node) => node['Relation Name']);
      expect([...new Set(relations)].filter((name) => name !== undefined && name !== 'leads')).toEqual(
        beside,
      );
    },
  );

  it.each<LeadFilter>([
    { search: 'first12 last7' },
    { search: '12345@' },
    { company: 'company 17' },
    { location: 'TOWN 17' },
    { status: ['won'] },
    { source: ['source 3'] },
    { score: { min: 99 } },
    { budget: { min: 79_000 } },
    { isScored: false },
    { band: 'hot', search: 'last7' },
    { band: 'unscored' },
    { lastContactAfter: new Date('2100-01-01') },
    { status: ['won'], source: ['source 3'], score: { min: 80 }, search: 'last' },
  ])('uses an index for the filter %j', async (filter) => {
    for (const field of Object.keys(KEYS)) {
      const statements = await api.recordStatements(() =>
        list({ filter: toApiFilter(filter), orderBy: { field, direction: 'DESC' } }, PAGE_ALONE),
      );
      for (const { text, values } of statements) {
        const plan = await explain(text, values);
        expect([field, plan.filter((node) => node['Node Type'] === 'Seq Scan')]).toEqual([field, []]);
      }
    }
  });
});

describe('the score that lists are ordered by', () => {
  beforeEach(empty);

  it('equals the score of the lead after any changes', async () => {
    const change = fc.oneof(
      some(
        'INSERT',
        'DELETE FROM leads WHERE id % 3 = 0',
        'UPDATE leads SET "activityScore" = NULL WHERE id % 2 = 0',
        'UPDATE leads SET "activityScore" = id % 101',
        'UPDATE leads SET budget = 1',
        'TRUNCATE leads CASCADE',
        'ROLLBACK',
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 8 }), async (changes) => {
        for (const sql of changes) {
          if (sql === 'INSERT') await insertLeads(database, 5);
          else if (sql === 'ROLLBACK')
            await database.rows('BEGIN; UPDATE leads SET "activityScore" = 5; ROLLBACK');
          else await database.rows(sql);
        }
        expect(await database.rows('SELECT "leadId" AS id, score FROM lead_scores ORDER BY 1')).toEqual(
          await database.rows('SELECT id, "activityScore" AS score FROM leads ORDER BY 1'),
        );
      }),
      { numRuns: 20 },
    );
  });
});

describe('leads', () => {
  let limited: Api;
  beforeEach(async () => {
    await empty();
    limited = await startApi({ LEADS_LIST_LIMIT: '3' }, api.databaseUrl);
  });
  afterEach(() => limited.close());

  it('returns every lead up to the limit; beyond it, fails and refers to pages', async () => {
    await insertLeads(database, 3);
    expect(await limited.ask('{ leads { id } }')).toEqual({ leads: [{ id: '1' }, { id: '2' }, { id: '3' }] });
    await insertLeads(database, 1);
    expect((await limited.send('{ leads { id } }')).errors).toMatchObject([
      {
        message:
          'There are more than 3 leads, too many for one response: use leadsConnection to request pages.',
        extensions: { code: 'LIST_TOO_LONG', limit: 3 },
      },
    ]);
  });
});

describe('a list of leads near its limit', () => {
  it('causes one warning at 80 % of the limit, and one more above it', async () => {
    await empty();
    const limited = await startApi({ LEADS_LIST_LIMIT: '5' }, api.databaseUrl);
    const warnings: { list: string; limit: number; isOver: boolean }[] = [];
    const end = listNearLimit.subscribe(({ list, count, limit }) => {
      warnings.push({ list, limit, isOver: count > limit });
    });
    const create = (n: number) =>
      limited.ask(
        `mutation { createLead(createLeadInput: { firstName: "A", lastName: "B", email: "a${n}@example.com" }) { id } }`,
      );
    const near = { list: 'leads', limit: 5, isOver: false };
    try {
      for (const n of [1, 2, 3]) await create(n);
      expect(warnings).toEqual([]);
      for (const n of [4, 5]) await create(n);
      await until(() => warnings.length > 0);
      expect(warnings).toEqual([near]);
      for (const n of [6, 7]) await create(n);
      await until(() => warnings.length > 1);
      expect(warnings).toEqual([near, { ...near, isOver: true }]);
    } finally {
      end();
      await limited.close();
    }
  });
});

describe('leadStats', () => {
  beforeEach(empty);

  const STATS = `{ leadStats { totalCount byStatus { status count } bySource { source count } byScoreBand { band count }
    scoreHistogram { from to count } averages { score budget } } }`;

  it('counts leads by status, source and score, and averages them', async () => {
    await insertRows([
      ...[0, 9, 10, 39, 40, 69, 70, 100, null].map((activityScore) => ({
        firstName: 'A',
        lastName: 'B',
        company: null,
        location: null,
        source: 'website',
        status: 'new',
        budget: 10.5,
        activityScore,
        lastContactAt: null,
        createdAt: DAYS[0] ?? '',
      })),
      {
        firstName: 'A',
        lastName: 'B',
        company: null,
        location: null,
        source: null,
        status: 'won',
        budget: null,
        activityScore: null,
        lastContactAt: null,
        createdAt: DAYS[0] ?? '',
      },
    ] as never);
    const bins = [2, 1, 0, 1, 1, 0, 1, 1, 0, 1];
    expect(await api.ask(STATS)).toEqual({
      leadStats: {
        totalCount: 10,
        byStatus: [
          { status: 'new', count: 9 },
          { status: 'won', count: 1 },
        ],
        bySource: [
          { source: 'website', count: 9 },
          { source: null, count: 1 },
        ],
        byScoreBand: [
          { band: 'HOT', count: 2 },
          { band: 'WARM', count: 2 },
          { band: 'COLD', count: 4 },
          // The won lead has no band.
          { band: 'UNSCORED', count: 1 },
        ],
        scoreHistogram: bins.map((count, index) => ({
          from: index * 10,
          to: index === 9 ? 100 : index * 10 + 9,
          count,
        })),
        averages: { score: 337 / 8, budget: 10.5 },
      },
    });
    expect(
      await api.countStatements(() => api.ask('{ leadStats { byStatus { count } } }').then(() => undefined)),
    ).toBe(1);
  });

  it('returns no groups and null averages if there are no leads', async () => {
    const { leadStats } = await api.ask<{ leadStats: object }>(STATS);
    expect(leadStats).toMatchObject({ totalCount: 0, byStatus: [], averages: { score: null, budget: null } });
  });
});
