import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourceAt } from '../../src/imports/files/csv-source.js';
import { importOptions } from '../../src/imports/import-flags.js';
import { ImportsService } from '../../src/imports/imports.service.js';
import { SummaryWriter } from '../../src/summaries/summary-writer.js';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { type PlanWatch, type StatementWork, watchPlans } from '../support/plan-watch.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const LEADS = 2000;
const INTERACTIONS = 2 * LEADS;

/** A good statement reads each row a few times; one that repeats a scan for each lead does so thousands of times. */
const MAX_ROWS = 40 * (LEADS + INTERACTIONS);

const TABLES = [
  'leads',
  'interactions',
  'lead_scores',
  'lead_summaries',
  'lead_changes',
  'interaction_versions',
  'summary_generations',
];

let directory: TemporaryDirectory;
let testDatabase: TestDatabase;
let database: Connection;
let plans: PlanWatch;
let api: Api;

beforeAll(async () => {
  directory = await temporaryDirectory();
  testDatabase = await createTestDatabase();
  database = await connect(testDatabase.url);
  for (const table of TABLES) await database.rows(`ALTER TABLE ${table} SET (autovacuum_enabled = off)`);
  plans = await watchPlans(testDatabase.url);
  api = await startApi({ SUMMARY_PROVIDER: 'template' }, testDatabase.url);
});
afterAll(async () => {
  await api.close();
  await plans.close();
  await database.close();
  await testDatabase.drop();
  await directory.remove();
});

async function findExpensiveStatements(work: () => Promise<unknown>): Promise<StatementWork[]> {
  return (await plans.statementsOf(work)).filter(({ rows }) => rows > MAX_ROWS);
}

/** Empties the tables and removes the results of every ANALYZE. */
async function empty(): Promise<void> {
  await database.rows(`TRUNCATE ${TABLES.join(', ')} RESTART IDENTITY`);
  await database.rows(`DELETE FROM pg_statistic WHERE starelid = ANY ($1::regclass[])`, [
    `{${TABLES.join()}}`,
  ]);
}

/** The row counts that PostgreSQL assumes. */
async function readAnalyzedRows(): Promise<Record<string, number>> {
  const tables = await database.rows<{ name: string; rows: number }>(
    `SELECT relname AS name, reltuples AS rows FROM pg_class WHERE oid IN ('leads'::regclass, 'interactions'::regclass)`,
  );
  return Object.fromEntries(tables.map(({ name, rows }) => [name, rows]));
}

const ANALYZE = `ANALYZE ${TABLES.join(', ')}`;

async function load(count: number, prefix: string): Promise<void> {
  await database.rows(
    `INSERT INTO leads ("firstName", "lastName", email, company, location, budget, status, source, "createdAt", "updatedAt")
     SELECT 'First', 'Last' || n % 100, $2 || n || '@example.com', 'Company ' || n % 50, 'City ' || n % 50, n, 'new',
       'website', now(), now() FROM generate_series(1, $1::int) AS n`,
    [count, prefix],
  );
  await database.rows(
    `INSERT INTO interactions ("leadId", type, date, "createdAt", "updatedAt")
     SELECT id, 'call', now() - n * interval '1 day', now(), now()
     FROM leads, generate_series(1, 2) AS n WHERE starts_with(email, $1)`,
    [prefix],
  );
}

/** Adds summaries, of which half may be stale, and failures of some leads. */
async function summarize(): Promise<void> {
  await database.rows(
    `INSERT INTO lead_summaries ("leadId", "keyPoints", "withheldInteractionIds", writer, "inputHash",
       "writerVersion", "generatedAt", "mayBeStale")
     SELECT id, '[]', '{}', 'template', 'x', $1, now(), id % 2 = 0 FROM leads WHERE "summaryGeneratedAt" IS NULL`,
    [api.app.get(SummaryWriter, { strict: false }).version],
  );
  await database.rows(
    `INSERT INTO summary_generations ("leadId", outcome, "inputHash", "writerVersion", writer, "requestCount", "latencyMs")
     SELECT id, 'SUMMARY_TRUNCATED', 'x', $1, 'template', 1, 1 FROM leads, generate_series(1, 2) WHERE id % 3 > 0 AND "summaryGeneratedAt" IS NULL`,
    [api.app.get(SummaryWriter, { strict: false }).version],
  );
  await database.rows(
    `UPDATE leads SET "summaryGeneratedAt" = lead_summaries."generatedAt"
     FROM lead_summaries WHERE lead_summaries."leadId" = leads.id`,
  );
}

const RECALCULATE = 'mutation { recalculateAllScores { count } }';
const RECALCULATE_STALE = 'mutation { recalculateAllScores(onlyStale: true) { count } }';

/** The sessions of the server keep the plans of the triggers from then on. */
async function startSmall(): Promise<void> {
  await load(10, 'early');
  await api.ask(RECALCULATE);
}

/** Starts with one lead that has every interaction, and a summary. */
async function startWithOneLead(): Promise<void> {
  await load(1, 'tried');
  await database.rows(
    `INSERT INTO interactions ("leadId", type, date, "createdAt", "updatedAt")
     SELECT id, 'call', now() - n * interval '1 day', now(), now() FROM leads, generate_series(3, 60) AS n`,
  );
  await api.ask(RECALCULATE);
  await summarize();
}

const WITHOUT_STATISTICS: [string, () => Promise<unknown>][] = [
  ['that were never analyzed', empty],
  [
    'that were analyzed when empty',
    async () => {
      await empty();
      await database.rows(ANALYZE);
      await startSmall();
    },
  ],
  [
    'that were analyzed with a single lead',
    async () => {
      await empty();
      await startWithOneLead();
      await database.rows(ANALYZE);
    },
  ],
];

const FIELDS = ['SCORE', 'LAST_CONTACT_AT', 'NAME', 'CREATED_AT', 'BUDGET'];
const ORDERS = ['DESC', 'ASC'].flatMap((direction) => FIELDS.map((field) => ({ field, direction })));
const FILTERS = [
  { status: ['new'] },
  { status: ['won'] },
  { source: ['website'], company: 'company 7' },
  { location: 'city 7' },
  { search: 'last7 example' },
  { search: 'zz' },
  { score: { min: 30 } },
  { budget: { min: 1990 } },
  { isScored: false },
  { isScoreStale: true },
  { isScoreStale: false },
  { lastContactAfter: '2020-01-01T00:00:00Z' },
  { lastContactBefore: '2020-01-01T00:00:00Z' },
];

const LIST = `query ($filter: LeadFilterInput, $orderBy: LeadOrderInput) {
  leadsConnection(first: 20, filter: $filter, orderBy: $orderBy) {
    totalCount nodes {
      id isScoreStale summaryDetail { isStale } interactions { id }
      interactionsConnection(first: 3) { nodes { id } totalCount }
    }
  }
}`;

describe.each(WITHOUT_STATISTICS)('a server on tables %s', (_state, prepare) => {
  it('imports without repeated scans, and analyzes them', async () => {
    await prepare();
    const leads = ['email,firstName,lastName'];
    const interactions = ['email,type,date'];
    for (let n = 0; n < LEADS; n += 1) {
      leads.push(`imported${n}@example.com,First,Last`);
      interactions.push(
        `imported${n}@example.com,call,2026-01-01`,
        `imported${n}@example.com,email,2026-01-02`,
      );
    }
    const source = async (name: string, lines: readonly string[]) => {
      const file = path.join(directory.path, name);
      await writeFile(file, lines.join('\n'));
      return sourceAt(file, name);
    };
    const request = {
      sources: {
        leads: await source('leads.csv', leads),
        interactions: await source('interactions.csv', interactions),
      },
      options: importOptions({}, null),
      trigger: 'command' as const,
      caller: 'tester',
    };
    const service = api.app.get(ImportsService, { strict: false });
    const work = () => service.import(request);
    expect(await findExpensiveStatements(work)).toEqual([]);
    expect(await readAnalyzedRows()).toEqual({
      leads: expect.closeTo(LEADS, -3) as unknown,
      interactions: expect.closeTo(INTERACTIONS, -3) as unknown,
    });
    // The second import finds every lead and every interaction.
    expect(await findExpensiveStatements(work)).toEqual([]);
  });

  describe('and loaded by SQL', () => {
    beforeAll(async () => {
      await prepare();
      await load(LEADS, 'lead');
      await summarize();
    });

    it('recalculates all and stale scores without repeated scans', async () => {
      expect(await findExpensiveStatements(() => api.ask(RECALCULATE_STALE))).toEqual([]);
      await database.rows('UPDATE leads SET budget = budget + 1 WHERE id % 50 = 0');
      expect(await findExpensiveStatements(() => api.ask(RECALCULATE_STALE))).toEqual([]);
      expect(await findExpensiveStatements(() => api.ask(RECALCULATE))).toEqual([]);
    });

    it('lists leads in every order with every filter without repeated scans', async () => {
      const requests = [
        ...ORDERS.map((orderBy) => ({ orderBy, filter: {} })),
        ...FILTERS.flatMap((filter) =>
          ORDERS.slice(0, FIELDS.length).map((orderBy) => ({ orderBy, filter })),
        ),
      ];
      const list = async () => {
        for (const variables of requests) await api.ask(LIST, variables);
      };
      expect(await findExpensiveStatements(list)).toEqual([]);
    });

    it('counts leads without repeated scans', async () => {
      expect(
        await findExpensiveStatements(() =>
          api.ask(
            '{ leadStats { totalCount byStatus { count } bySource { count } byScoreBand { count } averages { score budget } } }',
          ),
        ),
      ).toEqual([]);
    });

    it.each([true, false])(
      'selects leads for summaries without repeated scans, only stale ones: %s',
      async (onlyStale) => {
        const START = 'mutation ($onlyStale: Boolean!) { regenerateSummaries(onlyStale: $onlyStale) { id } }';
        expect(await findExpensiveStatements(() => api.ask(START, { onlyStale }))).toEqual([]);
      },
    );
  });
});
