import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection, untilWaiting } from '../support/connection.js';
import { insertLead } from '../support/fixtures.js';
import { pauseBeforeCommit } from '../support/recalculation-pause.js';
import { answersTo, connectSocket } from '../support/websocket.js';
import { until } from '../support/until.js';

const TIMEOUT_MS = 400;
const LEADS = '{ leads { id } }';

let api: Api;
let database: Connection;
let lockHolder: Connection;
let leadId: number;

beforeAll(async () => {
  // Silences Sequelize's warnings about connections that it drops.
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  api = await startApi({ REQUEST_TIMEOUT_MS: String(TIMEOUT_MS), DATABASE_POOL_SIZE: '4' });
  database = await connect(api.databaseUrl);
  lockHolder = await connect(api.databaseUrl);
  leadId = await insertLead(database);
  await api.ask(LEADS);
});

afterAll(async () => {
  await lockHolder.close();
  await database.close();
  await api.close();
});

async function whileLocked<Result>(work: () => Promise<Result>): Promise<Result> {
  await lockHolder.rows('BEGIN');
  await lockHolder.rows('LOCK TABLE leads IN ACCESS EXCLUSIVE MODE');
  try {
    return await work();
  } finally {
    await lockHolder.rows('ROLLBACK');
  }
}

/** Running statements and open transactions of the application. */
const activeStatements = () =>
  database.rows<{ query: string }>(
    `SELECT query FROM pg_stat_activity WHERE datname = current_database()
     AND application_name = 'lead-scoring api' AND state <> 'idle'`,
  );

describe('a request that ends before its deadline', () => {
  it('is answered', async () => {
    const asked = await whileLocked(async () => {
      const answer = api.ask(LEADS);
      await untilWaiting(database);
      return { answer };
    });
    expect(await asked.answer).toEqual({ leads: [{ id: String(leadId) }] });
  });
});

describe('a request that exceeds its deadline', () => {
  it.each([
    ['a query', LEADS],
    ['a mutation', 'mutation { removeLead(id: 1) }'],
  ])('fails with REQUEST_TIMED_OUT as %s, and PostgreSQL cancels its statement', async (_, query) => {
    const before = await database.rows('SELECT * FROM leads');
    await whileLocked(async () => {
      expect(await api.codeOf(query)).toBe('REQUEST_TIMED_OUT');
      expect(await activeStatements()).toEqual([]);
    });
    expect(await database.rows('SELECT * FROM leads')).toEqual(before);
    expect(await api.ask(LEADS)).toEqual({ leads: [{ id: String(leadId) }] });
  });

  it('is cancelled as a compiled query too', async () => {
    for (let time = 0; time < 5; time += 1) await api.ask('{ leads { id firstName } }');
    await whileLocked(async () => {
      expect(await api.codeOf('{ leads { id firstName } }')).toBe('REQUEST_TIMED_OUT');
      expect(await activeStatements()).toEqual([]);
    });
  });

  it('is cancelled over a WebSocket too, which stays open', async () => {
    await api.app.listen(0, '127.0.0.1');
    const client = connectSocket(`${await api.app.getUrl()}/graphql`);
    const { value } = (await whileLocked(() => answersTo(client, LEADS).next())) as IteratorYieldResult<{
      errors?: readonly { extensions?: { code: string } }[];
    }>;
    expect(value.errors?.[0]?.extensions?.code).toBe('REQUEST_TIMED_OUT');
    expect((await answersTo(client, LEADS).next()).value).toEqual({
      data: { leads: [{ id: String(leadId) }] },
    });
    await client.dispose();
  });

  it('leaves the pool healthy, even if most of 200 requests waited for a connection', async () => {
    await whileLocked(async () => {
      const codes = await Promise.all(Array.from({ length: 200 }, () => api.codeOf(LEADS)));
      expect(new Set(codes)).toEqual(new Set(['REQUEST_TIMED_OUT']));
      expect(await activeStatements()).toEqual([]);
    });
    const answers = await Promise.all(Array.from({ length: 200 }, () => api.send(LEADS)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify({ data: { leads: [{ id: String(leadId) }] } })]),
    );
  });
});

describe('a recalculation', () => {
  it('may take longer than a request, but rolls back after its own timeout', async () => {
    const limited = await startApi(
      { REQUEST_TIMEOUT_MS: '100', RECALCULATION_TIMEOUT_MS: '1000' },
      api.databaseUrl,
    );
    const pause = await pauseBeforeCommit(lockHolder);
    const begin = performance.now();
    expect(await limited.codeOf('mutation { recalculateAllScores { count } }')).toBe(
      'RECALCULATION_CANCELLED',
    );
    expect(performance.now() - begin).toBeGreaterThan(900);
    await pause.open();
    await database.rows('DROP TRIGGER pause ON leads');
    expect(await database.rows('SELECT "activityScore" FROM leads')).toEqual([{ activityScore: null }]);
    await limited.close();
  });
});

describe('a caller that disconnects', () => {
  let slow: Api;
  beforeAll(async () => {
    slow = await startApi({}, api.databaseUrl);
    await slow.app.listen(0, '127.0.0.1');
  });
  afterAll(() => slow.close());

  const disconnectDuring = async (query: string, server = slow) => {
    const caller = new AbortController();
    const asked = fetch(`${await server.app.getUrl()}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      signal: caller.signal,
    });
    await untilWaiting(database);
    caller.abort();
    await expect(asked).rejects.toThrow();
  };

  it('has its query cancelled', async () => {
    await whileLocked(async () => {
      await disconnectDuring(LEADS);
      await until(async () => (await activeStatements()).length === 0);
    });
  });

  it('does not stop its mutation', async () => {
    const rename = `mutation { updateLead(updateLeadInput: { id: ${leadId}, firstName: "Gone" }) { id } }`;
    await whileLocked(() => disconnectDuring(rename));
    await until(async () => {
      const [lead] = await database.rows<{ firstName: string }>('SELECT "firstName" FROM leads');
      return lead?.firstName === 'Gone';
    });
  });

  it('does not exempt its mutations from the deadline', async () => {
    const limited = await startApi({ REQUEST_TIMEOUT_MS: '1500' }, api.databaseUrl);
    await limited.app.listen(0, '127.0.0.1');
    await limited.ask(LEADS);
    const otherId = await insertLead(database);
    const otherHolder = await connect(api.databaseUrl);
    const lock = async (session: Connection, id: number) => {
      await session.rows('BEGIN');
      await session.rows('SELECT FROM leads WHERE id = $1 FOR UPDATE', [id]);
    };
    await lock(lockHolder, leadId);
    await lock(otherHolder, otherId);
    const rename = (id: number) => `updateLead(updateLeadInput: { id: ${id}, firstName: "Late" }) { id }`;
    await disconnectDuring(`mutation { first: ${rename(leadId)} second: ${rename(otherId)} }`, limited);
    // The first mutation completes after the client has gone. The second one waits until the deadline.
    await lockHolder.rows('ROLLBACK');
    const isRenamed = `SELECT FROM leads WHERE id = ${leadId} AND "firstName" = 'Late'`;
    await until(async () => (await database.rows(isRenamed)).length > 0);
    await untilWaiting(database);
    await until(async () => (await activeStatements()).length === 0);
    await otherHolder.rows('ROLLBACK');
    await otherHolder.close();
    const names = await database.rows<{ firstName: string }>('SELECT "firstName" FROM leads ORDER BY id');
    expect(names.map(({ firstName }) => firstName === 'Late')).toEqual([true, false]);
    await limited.close();
  });
});
