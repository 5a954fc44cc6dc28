import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { inTransaction } from '../../src/database/transactions.js';
import { CallMeter } from '../../src/summaries/call-meter.js';
import { SummaryStore } from '../../src/summaries/summary-store.js';
import type { WrittenSummary } from '../../src/summaries/summary-writer.js';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection, untilWaiting } from '../support/connection.js';
import { removeLeads } from '../support/database-reset.js';
import { hasTakenPlace, insertInteraction, insertLead } from '../support/fixtures.js';
import { until } from '../support/until.js';

const SUMMARY: WrittenSummary = {
  headline: 'Ada',
  text: 'Ada.',
  keyPoints: [],
  nextStep: 'Call.',
  source: 'model',
  model: 'some/model',
  promptVersion: 3,
  withheldInteractionIds: [],
};
const WRITER = { name: 'test', version: 'v' };

let api: Api;
let store: SummaryStore;
let database: Connection;

beforeEach(async () => {
  api = await startApi();
  store = api.app.get(SummaryStore, { strict: false });
  database = await connect(api.databaseUrl);
});
afterEach(async () => {
  await database.close();
  await api.close();
});

async function generationOf(leadId: number) {
  return { facts: await store.readFacts(leadId), writer: WRITER, meter: new CallMeter(), batchId: null };
}

/** Saves a summary of the current facts of a lead. */
async function summarize(leadId: number): Promise<void> {
  const generation = await generationOf(leadId);
  await inTransaction(api.sequelize, (transaction) => store.save(generation, SUMMARY, transaction));
}

const isStale = async (leadId: number) => (await store.findStale([leadId], WRITER.version)).length > 0;

/** Finds the leads whose facts differ from those of their summary, without using the record of changes. */
async function findWithOtherFacts(leadIds: readonly number[]): Promise<number[]> {
  const others: number[] = [];
  for (const leadId of leadIds) {
    const { hash } = await store.readFacts(leadId);
    const [row] = await database.rows<{ inputHash: string }>(
      'SELECT "inputHash" FROM lead_summaries WHERE "leadId" = $1',
      [leadId],
    );
    if (row?.inputHash !== hash) others.push(leadId);
  }
  return others;
}

const anyOf = <Value>(...values: Value[]) => fc.constantFrom(...values);
const lead = fc.nat(2);
/** SQL of a change, in which {N} is the id of one of three leads. */
const change = fc.oneof(
  fc
    .tuple(
      anyOf('"firstName"', '"lastName"', 'company', 'location', 'source', 'status', 'budget', 'phone'),
      lead,
      anyOf(1, 2),
    )
    .map(([column, of, value]) => `UPDATE leads SET ${column} = '${value}' WHERE id = {${of}}`),
  fc
    .tuple(lead, anyOf(-90, -1, 30))
    .map(
      ([of, days]) =>
        `INSERT INTO interactions (type, date, "leadId", "createdAt", "updatedAt") VALUES ('call', now() + interval '${days} days', {${of}}, now(), now())`,
    ),
  fc
    .tuple(
      anyOf(
        `notes = 'x'`,
        `notes = NULL`,
        `type = 'email'`,
        `direction = 'outbound'`,
        `date = date - interval '1 day'`,
        'id = id',
      ),
      lead,
    )
    .map(([set, of]) => `UPDATE interactions SET ${set} WHERE "leadId" = {${of}}`),
  fc
    .tuple(lead, lead)
    .map(([from, to]) => `UPDATE interactions SET "leadId" = {${to}} WHERE "leadId" = {${from}}`),
  lead.map((of) => `DELETE FROM interactions WHERE "leadId" = {${of}}`),
  fc.constant('TRUNCATE interactions'),
  lead.map((of) => `summarize {${of}}`),
);

describe('a summary is stale', () => {
  it('exactly if its facts have changed, after any changes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), async (changes) => {
        await removeLeads(database);
        const ids = [await insertLead(database), await insertLead(database), await insertLead(database)];
        for (const id of ids) await insertInteraction(database, id, { notes: 'Asked for an offer.' });
        for (const id of ids) await summarize(id);
        for (const text of changes) {
          const sql = text.replace(/\{(\d)\}/g, (_, index: string) => String(ids[Number(index)]));
          const [, toSummarize] = /^summarize (\d+)$/.exec(sql) ?? [];
          if (toSummarize === undefined) await database.rows(sql);
          else await summarize(Number(toSummarize));
          expect((await store.findStale(ids, WRITER.version)).sort()).toEqual(await findWithOtherFacts(ids));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('once a planned interaction has taken place', async () => {
    const id = await insertLead(database);
    const [planned] = await database.rows<{ id: number }>(
      `INSERT INTO interactions (type, date, "leadId", "createdAt", "updatedAt")
       VALUES ('call', now() + interval '700 milliseconds', $1, now(), now()), ('call', now() + interval '1 day', $1, now(), now())
       RETURNING id`,
      [id],
    );
    await summarize(id);
    expect(await isStale(id)).toBe(false);
    await until(() => hasTakenPlace(database, planned?.id ?? 0));
    expect(await isStale(id)).toBe(true);
  });

  it.each([
    `INSERT INTO interactions (type, date, "leadId", "createdAt", "updatedAt") VALUES ('call', now(), $1, now(), now())`,
    `UPDATE interactions SET direction = 'inbound' WHERE "leadId" = $1`,
    `UPDATE interactions SET notes = 'x' WHERE "leadId" = $1`,
    `DELETE FROM interactions WHERE "leadId" = $1`,
    `UPDATE leads SET company = 'x' WHERE id = $1`,
  ])('if its facts change while it is saved, or while the change waits for that: %s', async (sql) => {
    const id = await insertLead(database);
    await insertInteraction(database, id, { notes: 'Asked for an offer.' });
    const other = await connect(api.databaseUrl);

    await other.rows('BEGIN');
    await other.rows(sql, [id]);
    const saved = summarize(id);
    await untilWaiting(database);
    await other.rows('COMMIT');
    await saved;
    expect(await isStale(id)).toBe(true);

    await insertInteraction(database, id, { notes: 'Asked for another.' });
    await database.rows('UPDATE leads SET company = NULL WHERE id = $1', [id]);
    const generation = await generationOf(id);
    const changed = await inTransaction(api.sequelize, async (transaction) => {
      await store.save(generation, SUMMARY, transaction);
      const waiting = other.rows(sql, [id]);
      await untilWaiting(database);
      return { waiting };
    });
    await changed.waiting;
    expect(await isStale(id)).toBe(true);
    await other.close();
  });
});
