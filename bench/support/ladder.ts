import { fill } from './bench-data.js';
import type { Benchmark } from './benchmark.js';
import { say, timed } from './benchmark.js';
import { recalculate } from './recalculation.js';
import { type Address, ask, SERVER, startServerProcess, startServerUnderTest } from './server-under-test.js';

/** Page numbers, from 1. */
export const DEPTHS = [1, 100, 10_000] as const;

const PAGE_SIZE = 20;
const LARGEST_PAGE = 100;
/** The number of requests for each page in a round. */
const TIMES_A_ROUND = 20;

/** A list that a client pages through. */
interface Question {
  readonly name: string;
  readonly orderBy: { readonly field: string; readonly direction: string };
  readonly filter: Readonly<Record<string, unknown>>;
}

const QUESTIONS: readonly Question[] = [
  { name: 'highest score first', orderBy: { field: 'SCORE', direction: 'DESC' }, filter: {} },
  { name: 'by name', orderBy: { field: 'NAME', direction: 'ASC' }, filter: {} },
  { name: 'last contact first', orderBy: { field: 'LAST_CONTACT_AT', direction: 'DESC' }, filter: {} },
  {
    name: 'new or won, by score',
    orderBy: { field: 'SCORE', direction: 'DESC' },
    filter: { status: ['new', 'won'] },
  },
  {
    name: 'search for two parts of names',
    orderBy: { field: 'SCORE', direction: 'DESC' },
    filter: { search: 'indqv 4242' },
  },
];

const LIST = `query ($first: Int!, $after: String, $filter: LeadFilterInput, $orderBy: LeadOrderInput) {
  leadsConnection(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    nodes { id firstName lastName email company status activityScore scoreCalculatedAt summary }
    pageInfo { hasNextPage endCursor } } }`;

const WALK = `query ($first: Int!, $after: String, $filter: LeadFilterInput, $orderBy: LeadOrderInput) {
  leadsConnection(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    pageInfo { hasNextPage endCursor } } }`;

interface Answer {
  readonly leadsConnection: {
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

export interface MeasuredList {
  readonly leads: number;
  readonly name: string;
  /** The milliseconds of each request, by page number; null: there is no such page. */
  readonly pages: readonly (readonly number[] | null)[];
}

/** Measures the duration of pages by their depth, in tables of several sizes. */
export async function measureLadder(
  benchmark: Benchmark,
  sizes: readonly number[],
  interactions: number,
): Promise<MeasuredList[]> {
  const measured: MeasuredList[] = [];
  const times = TIMES_A_ROUND * benchmark.rounds;
  for (const leads of sizes) {
    say(`Making ${leads} leads`);
    await prepare(benchmark, leads, interactions);
    const server = await startServerProcess(SERVER, benchmark.database.url, benchmark.cleanUp);
    for (const question of QUESTIONS) {
      say(`  ${question.name}`);
      measured.push({ leads, name: question.name, pages: await measureList(server, question, times) });
    }
    await server.stop();
  }
  return measured;
}

/** Fills the tables and calculates every score. */
export async function prepare(
  { database, cleanUp }: Omit<Benchmark, 'rounds'>,
  leads: number,
  interactions: number,
): Promise<void> {
  await fill(database, leads, interactions);
  const server = await startServerUnderTest(database.url, cleanUp);
  await recalculate(server, leads);
  await server.stop();
  await database.client.query('VACUUM ANALYZE leads, lead_scores');
  await database.client.query('CHECKPOINT');
}

async function measureList(
  server: Address,
  question: Question,
  times: number,
): Promise<MeasuredList['pages']> {
  const cursors = await cursorsBefore(server, question);
  const measured = DEPTHS.map((): number[] => []);
  // The first time is not counted. Requests are interleaved, so that temporary disturbances affect all pages.
  for (let time = 0; time <= times; time += 1) {
    for (const [index, cursor] of cursors.entries()) {
      if (cursor === undefined) continue;
      const elapsed = await timed(() => askForPage(server, LIST, question, PAGE_SIZE, cursor));
      if (time > 0) measured[index]?.push(elapsed);
    }
  }
  return cursors.map((cursor, index) => (cursor === undefined ? null : (measured[index] ?? [])));
}

/**
 * Returns the cursors of the pages, in the order of the depths; null: the first page; undefined: there is no
 * such page.
 */
async function cursorsBefore(server: Address, question: Question): Promise<(string | null | undefined)[]> {
  const cursors: (string | null | undefined)[] = [];
  let after: string | null = null;
  let isMore = true;
  let passed = 0;
  for (const depth of DEPTHS) {
    const before = (depth - 1) * PAGE_SIZE;
    while (passed < before && isMore) {
      const size = Math.min(LARGEST_PAGE, before - passed);
      const { pageInfo }: Answer['leadsConnection'] = (await askForPage(server, WALK, question, size, after))
        .leadsConnection;
      after = pageInfo.endCursor;
      isMore = pageInfo.hasNextPage;
      passed += size;
    }
    cursors.push(passed === before && isMore ? after : undefined);
  }
  return cursors;
}

const askForPage = (
  server: Address,
  query: string,
  { filter, orderBy }: Question,
  first: number,
  after: string | null,
): Promise<Answer> => ask<Answer>(server, query, { first, after, filter, orderBy });
