import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { insertInteraction, insertLead, readScores } from '../support/fixtures.js';
import {
  answer,
  API_KEY,
  type OpenRouterStandIn,
  startOpenRouterStandIn,
} from '../support/openrouter-stand-in.js';

const REGENERATE = `mutation ($id: Int!) { regenerateSummary(id: $id) {
  id summary summaryGeneratedAt summarySource activityScore scoreCalculatedAt updatedAt } }`;

interface Regenerated {
  readonly regenerateSummary: Record<string, unknown>;
}

/** A lead as an earlier day left it: an old summary, and a score that is no longer right. */
async function insertOldLead(database: Connection): Promise<number> {
  const id = await insertLead(database, { activityScore: 50, scoreCalculatedAt: new Date(0) });
  await insertInteraction(database, id, { ageInDays: 14, notes: 'Asked for an offer.' });
  await database.rows(
    `UPDATE leads SET summary = 'The old summary.', "summaryGeneratedAt" = '2020-01-01Z', "summarySource" = 'model'
     WHERE id = $1`,
    [id],
  );
  return id;
}

const readSummary = (database: Connection, id: number) =>
  database.rows('SELECT summary, "summaryGeneratedAt", "summarySource" FROM leads WHERE id = $1', [id]);

const OLD_SUMMARY = {
  summary: 'The old summary.',
  summaryGeneratedAt: new Date('2020-01-01T00:00:00Z'),
  summarySource: 'model',
};

/** recency 20 + engagement 30 · (1 − 2^(−3 · 2^(−14/30) / 10)) = 4.19 + status 3 */
const FRESH_SCORE = 27;

describe('regenerateSummary with a language model', () => {
  let server: OpenRouterStandIn;
  let api: Api;
  let database: Connection;
  let id: number;

  beforeAll(async () => {
    server = await startOpenRouterStandIn();
    api = await startApi({
      OPENROUTER_API_KEY: API_KEY,
      OPENROUTER_BASE_URL: `${server.baseUrl}/`,
      OPENROUTER_ATTEMPT_TIMEOUT_MS: '2000',
      OPENROUTER_TOTAL_TIMEOUT_MS: '2000',
      DATABASE_POOL_SIZE: '2',
    });
    database = await connect(api.databaseUrl);
  });
  beforeEach(async () => {
    server.onRequest(() => Promise.resolve());
    id = await insertOldLead(database);
  });
  afterAll(async () => {
    await database.close();
    await api.close();
    await server.close();
  });

  it('saves the summary, who wrote it and when, beside the fresh score, and is no change of the lead', async () => {
    const [before] = await database.rows<{ updatedAt: Date }>('SELECT "updatedAt" FROM leads WHERE id = $1', [
      id,
    ]);
    const { regenerateSummary } = await api.ask<Regenerated>(REGENERATE, { id });
    expect(regenerateSummary).toMatchObject({
      summary:
        'Ada Lovelace is at the stage new. There are 1 interactions on record. A call is the next step.',
      summarySource: 'MODEL',
      activityScore: FRESH_SCORE,
      updatedAt: before?.updatedAt.toISOString(),
    });
    expect(new Date(String(regenerateSummary.summaryGeneratedAt)).getTime()).toBeGreaterThanOrEqual(
      new Date(String(regenerateSummary.scoreCalculatedAt)).getTime(),
    );
  });

  it('sends no e-mail address and no telephone number', async () => {
    await database.rows(
      `UPDATE leads SET email = 'private@example.com', phone = '+1 202 555 0101', company = 'Mail boss@example.com'
       WHERE id = $1`,
      [id],
    );
    await api.ask(REGENERATE, { id });
    expect(JSON.stringify(server.requests.at(-1)?.body)).not.toMatch(/@example|202 555/);
    await database.rows(`UPDATE leads SET email = 'a' || id || '@example.com' WHERE id = $1`, [id]);
  });

  it('has the fresh score committed, and holds no connection, while the model is asked', async () => {
    let during: unknown;
    server.onRequest(async () => {
      // The pool has two connections: were one held by each of the three calls, this query would wait for ever.
      await api.ask('{ leads { id } }');
      const sessions = await database.rows<{ state: string }>(
        `SELECT state FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`,
      );
      during = {
        sessions,
        score: (await readScores(database)).find((score) => score.id === id)?.activityScore,
      };
    });
    await Promise.all([1, 2, 3].map(() => api.ask(REGENERATE, { id })));
    expect(during).toEqual({ sessions: [], score: FRESH_SCORE });
  });

  it.each([
    [
      'SUMMARY_PROVIDER_AUTH_FAILED',
      { status: 401, body: { error: { code: 401, message: 'secret words' } } },
    ],
    [
      'SUMMARY_PROVIDER_PAYMENT_REQUIRED',
      { status: 402, body: { error: { code: 402, message: 'secret words' } } },
    ],
    ['SUMMARY_MODERATED', { body: answer('x', { finish_reason: 'content_filter' }) }],
    ['SUMMARY_TIMED_OUT', { misbehave: 'hang' as const }],
  ])('keeps the old summary, saves the score and answers %s where the call fails', async (code, turn) => {
    server.play(turn);
    const { data, errors } = await api.send(REGENERATE, { id });
    expect(data).toBeNull();
    expect(errors?.[0]?.extensions).toEqual({ code });
    expect(JSON.stringify(errors)).not.toContain('secret words');
    expect(await readSummary(database, id)).toEqual([OLD_SUMMARY]);
    expect((await readScores(database)).find((score) => score.id === id)?.activityScore).toBe(FRESH_SCORE);
  });

  it('answers NOT_FOUND where the lead is removed while the model is asked', async () => {
    server.onRequest(async () => {
      await database.rows('DELETE FROM leads WHERE id = $1', [id]);
    });
    expect(await api.codeOf(REGENERATE, { id })).toBe('NOT_FOUND');
  });

  it('keeps what others write to the lead while the model is asked', async () => {
    server.onRequest(async () => {
      await database.rows(`UPDATE leads SET company = 'Renamed' WHERE id = $1`, [id]);
    });
    await api.ask(REGENERATE, { id });
    expect(await database.rows('SELECT company FROM leads WHERE id = $1', [id])).toEqual([
      { company: 'Renamed' },
    ]);
  });

  it('is not asked during a recalculation', async () => {
    const before = server.requests.length;
    await api.ask('mutation { recalculateAllScores { count } }');
    expect(server.requests).toHaveLength(before);
  });
});

describe('regenerateSummary with the template', () => {
  it('says that no model wrote it', async () => {
    const api = await startApi({ SUMMARY_PROVIDER: 'template' });
    const database = await connect(api.databaseUrl);
    const id = await insertOldLead(database);
    const { regenerateSummary } = await api.ask<Regenerated>(REGENERATE, { id });
    expect(regenerateSummary).toMatchObject({
      summary:
        'Ada Lovelace is a lead in status new. The last contact was a call 14 days ago; there has been 1 interaction in all.',
      summarySource: 'TEMPLATE',
      activityScore: FRESH_SCORE,
    });
    await database.close();
    await api.close();
  });
});
