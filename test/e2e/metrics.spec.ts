import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import request from 'supertest';
import { OpenRequests } from '../../src/common/request-deadline.js';
import { startApi, type Api } from '../support/api.js';
import { createApiKey } from '../support/api-key.js';
import { connect, type Connection, withConnection } from '../support/connection.js';
import { insertInteraction, insertLead } from '../support/fixtures.js';
import { API_KEY, type OpenRouterStandIn, startOpenRouterStandIn } from '../support/openrouter-stand-in.js';
import { startServerProgram } from '../support/program.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { answersTo, connectSocket } from '../support/websocket.js';
import { until } from '../support/until.js';

const TOKEN = 'a-token-of-the-tests';

let standIn: OpenRouterStandIn;
let api: Api;
let connection: Connection;
beforeAll(async () => {
  standIn = await startOpenRouterStandIn();
  api = await startApi({
    METRICS_TOKEN: TOKEN,
    SUMMARY_PROVIDER: 'openrouter',
    OPENROUTER_API_KEY: API_KEY,
    OPENROUTER_BASE_URL: standIn.baseUrl,
  });
  connection = await connect(api.databaseUrl);
});
afterAll(async () => {
  await connection.close();
  await api.close();
  await standIn.close();
});

const get = (authorization?: string) => {
  const sent = request(api.app.getHttpServer()).get('/metrics');
  return authorization === undefined ? sent : sent.set('authorization', authorization);
};
const scrape = async () => (await get(`Bearer ${TOKEN}`)).text;

/** The value of a series; 0 if it does not exist yet. */
async function valueOf(series: string): Promise<number> {
  const line = (await scrape()).split('\n').find((text) => text.startsWith(`${series} `));
  return Number(line?.slice(series.length) ?? 0);
}

describe('GET /metrics', () => {
  it('requires the token', async () => {
    for (const wrong of [undefined, 'Bearer wrong', `Basic ${TOKEN}`, 'Bearer', `Bearer ${TOKEN}x`]) {
      const { status, text } = await get(wrong);
      expect([status, text]).toEqual([401, '']);
    }
    const { status, headers } = await get(`Bearer ${TOKEN}`);
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(headers['cache-control']).toBe('no-store');
  });

  it('counts operations by name and outcome, compiled ones included', async () => {
    const series = (outcome: string) =>
      `lead_scoring_operations_total{operation="Stats",type="query",outcome="${outcome}",transport="http"}`;
    for (let time = 0; time < 5; time += 1) await api.ask('query Stats { leadStats { totalCount } }');
    expect(await valueOf(series('OK'))).toBe(5);
    await api.codeOf('query Stats { leadsConnection(first: 0) { totalCount } }');
    expect(await valueOf(series('BAD_USER_INPUT'))).toBe(1);
    await api.codeOf('{');
    expect(
      await valueOf(
        'lead_scoring_operations_total{operation="anonymous",type="none",outcome="GRAPHQL_PARSE_FAILED",transport="http"}',
      ),
    ).toBe(1);
    expect(
      await valueOf('lead_scoring_operation_duration_seconds_count{operation="Stats",type="query"}'),
    ).toBe(6);
  });

  it('shows the lengths and limits of unpaged lists', async () => {
    const text = await scrape();
    expect(text).toMatch(/^lead_scoring_list_rows\{list="leads",value="count"\} \d+$/m);
    expect(await valueOf('lead_scoring_list_rows{list="leads",value="limit"}')).toBe(5000);
    expect(await valueOf('lead_scoring_list_rows{list="interactions",value="limit"}')).toBe(50_000);
  });

  it('counts recalculations and their leads', async () => {
    const recalculations = () => valueOf('lead_scoring_recalculations_total{outcome="succeeded"}');
    const saved = () => valueOf('lead_scoring_recalculated_leads_total{outcome="saved"}');
    await insertLead(connection);
    const before = { recalculations: await recalculations(), saved: await saved() };
    const { recalculateAllScores } = await api.ask<{ recalculateAllScores: { count: number } }>(
      'mutation { recalculateAllScores { count } }',
    );
    expect(recalculateAllScores.count).toBeGreaterThan(0);
    expect(await recalculations()).toBe(before.recalculations + 1);
    expect(await saved()).toBe(before.saved + recalculateAllScores.count);
  });

  it('counts the requests, tokens and costs of the provider', async () => {
    const id = await insertLead(connection);
    await insertInteraction(connection, id);
    const summarize = `mutation { regenerateSummary(id: ${id}, force: true) { summary } }`;
    const counts = async () => ({
      ok: await requests('OK'),
      failed: await requests('SUMMARY_PROVIDER_AUTH_FAILED'),
      promptTokens: await valueOf('lead_scoring_provider_tokens_total{kind="prompt"}'),
      costUsd: await valueOf('lead_scoring_provider_cost_usd_total'),
    });
    const requests = (outcome: string) =>
      valueOf(`lead_scoring_provider_requests_total{provider="openrouter",outcome="${outcome}"}`);
    const before = await counts();
    await api.ask(summarize);
    standIn.play({ status: 401, body: { error: { code: 401, message: 'no' } } });
    expect(await api.codeOf(summarize)).toBe('SUMMARY_PROVIDER_AUTH_FAILED');
    const after = await counts();
    expect(after.ok).toBe(before.ok + 1);
    expect(after.failed).toBe(before.failed + 1);
    expect(after.promptTokens).toBe(before.promptTokens + 100);
    expect(after.costUsd).toBeCloseTo(before.costUsd + 0.0001, 10);
  });

  it('shows the state of the pool, the queue and the provider', async () => {
    const id = await insertLead(connection);
    await insertInteraction(connection, id);
    await connection.rows(`SELECT summary_queue.add_job('write', '{}'::json)`);
    const acquired = await api.sequelize.connectionManager.getConnection({ type: 'read' });
    expect(await valueOf('lead_scoring_pool_connections{state="max"}')).toBe(10);
    expect(await valueOf('lead_scoring_pool_connections{state="used"}')).toBe(1);
    api.sequelize.connectionManager.releaseConnection(acquired);
    // Transactions may use six of the ten connections.
    const update = `mutation { updateLead(updateLeadInput: { id: ${id}, company: "Another" }) { id } }`;
    await withConnection(api.databaseUrl, async (lockHolder) => {
      await lockHolder.rows('BEGIN');
      await lockHolder.rows('LOCK TABLE leads');
      const updates = Array.from({ length: 8 }, () => api.send(update));
      await until(async () => (await valueOf('lead_scoring_pool_connections{state="used"}')) === 6);
      await until(async () => (await valueOf('lead_scoring_pool_connections{state="waiting"}')) === 2);
      await lockHolder.rows('ROLLBACK');
      await Promise.all(updates);
    });
    // The server counts jobs every five seconds.
    await until(async () => (await valueOf('lead_scoring_queue_jobs{state="ready"}')) === 1);
    expect(await valueOf('lead_scoring_provider_degraded')).toBe(0);
    expect(await valueOf('lead_scoring_provider_paused_seconds')).toBe(0);
    standIn.play({ status: 429, headers: { 'retry-after': '86400' }, body: '' });
    await api.send(`mutation { regenerateSummary(id: ${id}, force: true) { summary } }`);
    expect(await valueOf('lead_scoring_provider_paused_seconds')).toBeGreaterThan(290);
  }, 20_000);

  it('counts requests that time out, and shows those in flight', async () => {
    const open = await valueOf('lead_scoring_requests_in_flight');
    const timedOut = await valueOf('lead_scoring_requests_timed_out_total');
    const deadline = api.app.get(OpenRequests, { strict: false }).begin(1);
    expect(await valueOf('lead_scoring_requests_in_flight')).toBe(open + 1);
    await until(async () => (await valueOf('lead_scoring_requests_timed_out_total')) === timedOut + 1);
    deadline.close(false);
    expect(await valueOf('lead_scoring_requests_in_flight')).toBe(open);
  });

  it('counts unhandled rejections', async () => {
    const directory = await temporaryDirectory();
    const script = `${directory.path}/script.cjs`;
    await writeFile(script, `process.on('SIGUSR2', () => void Promise.reject(new Error('not handled')));`);
    const server = await startServerProgram({
      cwd: directory.path,
      env: { DATABASE_URL: api.databaseUrl, NODE_OPTIONS: `--require=${script}` },
    });
    server.process.kill('SIGUSR2');
    const read = async () => (await fetch(new URL('/metrics', server.url))).text();
    await until(async () => (await read()).includes('\nlead_scoring_unhandled_rejections_total 1\n'));
    await server.stop();
    await directory.remove();
  });

  it('counts WebSocket connections and the operations on them', async () => {
    await api.app.listen(0, '127.0.0.1');
    const client = connectSocket(`${await api.app.getUrl()}/graphql`);
    for await (const answer of answersTo(client, 'query Over { leadStats { totalCount } }')) void answer;
    expect(await valueOf('lead_scoring_websocket_connections')).toBe(1);
    await client.dispose();
    await until(async () => (await valueOf('lead_scoring_websocket_connections')) === 0);
    expect(
      await valueOf(
        'lead_scoring_operations_total{operation="Over",type="query",outcome="OK",transport="websocket"}',
      ),
    ).toBe(1);
  });
});

describe('the Grafana dashboard', () => {
  interface Panel {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly { readonly expr: string }[];
  }
  const { panels } = JSON.parse(
    readFileSync(path.join(import.meta.dirname, '../../deploy/grafana/lead-scoring.json'), 'utf8'),
  ) as { panels: readonly Panel[] };
  const queried = new Set(
    panels
      .flatMap(({ targets = [] }) => targets)
      .flatMap(({ expr }) => expr.match(/\b(?:lead_scoring|nodejs|process)_\w+/g) ?? []),
  );

  it('queries only existing metrics, and shows every metric of this server', async () => {
    const text = await scrape();
    const types = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type = '']) => ({
      name,
      type,
    }));
    const series = types.flatMap(({ name, type }) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => name + suffix) : [name],
    );
    expect(queried.size).toBeGreaterThan(10);
    for (const name of queried) expect(series).toContain(name);
    for (const { name } of types.filter(({ name }) => name.startsWith('lead_scoring_'))) {
      expect([...queried].some((shown) => shown.startsWith(name))).toBe(true);
    }
  });

  it('has a title and queries of the selected servers in every panel', () => {
    for (const { title, targets = [] } of panels) {
      expect(title).not.toBe('');
      expect(targets.length).toBeGreaterThan(0);
      for (const { expr } of targets) {
        const metrics = expr.match(/\b(?:lead_scoring|nodejs|process)_\w+/g) ?? [];
        expect(expr.match(/\{instance=~"\$instance"[,}]/g)).toHaveLength(metrics.length);
      }
    }
  });

  it('has panels with different ids that do not overlap', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const isBeside = ({ gridPos: one }: Panel, { gridPos: other }: Panel) =>
      one.x + one.w <= other.x || one.y + one.h <= other.y;
    const overlapping = panels.flatMap((one, index) =>
      panels
        .slice(index + 1)
        .filter((other) => !isBeside(one, other) && !isBeside(other, one))
        .map((other) => [one.title, other.title]),
    );
    expect(overlapping).toEqual([]);
  });
});

// The tests from here on start further applications. Sequelize models belong to the application that started last, so
// the mutations of the tests above would fail afterwards.
describe('metrics of operations', () => {
  it('are shown for a limited number of names', async () => {
    const crowded = await startApi({ METRICS_TOKEN: TOKEN }, api.databaseUrl);
    for (let name = 0; name < 150; name += 1) await crowded.ask(`query Made${name} { __typename }`);
    const { text } = await request(crowded.app.getHttpServer())
      .get('/metrics')
      .set('authorization', `Bearer ${TOKEN}`);
    const names = new Set([...text.matchAll(/operations_total\{operation="(\w+)"/g)].map(([, name]) => name));
    expect(names.size).toBeLessThanOrEqual(102);
    expect(names).toContain('other');
    await crowded.close();
  });
});

describe('metrics of rejected requests', () => {
  it('count authentication failures by reason, and rate limits by group', async () => {
    const guarded = await startApi(
      {
        AUTH: 'on',
        METRICS_TOKEN: TOKEN,
        RATE_LIMIT_AUTH_FAILURES_PER_MINUTE: '1',
        RATE_LIMIT_PER_MINUTE: '2',
        RATE_LIMIT_WRITES_PER_MINUTE: '1',
      },
      api.databaseUrl,
    );
    const key = `Bearer ${await createApiKey(api.databaseUrl)}`;
    const server = guarded.app.getHttpServer();
    const statusOf = async (authorization: string | undefined, query = '{ __typename }') => {
      const sent = request(server).post('/graphql');
      if (authorization !== undefined) void sent.set('authorization', authorization);
      return (await sent.send({ query })).status;
    };
    expect(await statusOf(undefined)).toBe(401);
    expect(await statusOf('Bearer wrong')).toBe(401);
    expect(await statusOf('Bearer wrong')).toBe(429);
    expect(await statusOf(key, 'mutation { a: removeLead(id: 1) b: removeLead(id: 2) }')).toBe(429);
    expect(await statusOf(key)).toBe(200);
    expect(await statusOf(key)).toBe(429);
    const { text } = await request(server).get('/metrics').set('authorization', `Bearer ${TOKEN}`);
    for (const line of [
      'authentication_failures_total{reason="missing",transport="http"} 1',
      'authentication_failures_total{reason="invalid",transport="http"} 2',
      'rate_limited_total{group="auth_failures"} 1',
      'rate_limited_total{group="mutations"} 1',
      'rate_limited_total{group="requests"} 1',
      'http_requests_total{method="POST",route="/graphql",status="401",outcome="UNAUTHENTICATED"} 2',
      'http_requests_total{method="POST",route="/graphql",status="429",outcome="RATE_LIMITED"} 3',
      'http_requests_total{method="POST",route="/graphql",status="200",outcome="OK"} 1',
    ]) {
      expect(text).toContain(`\nlead_scoring_${line}\n`);
    }
    await guarded.close();
  });
});

describe('metrics without a token', () => {
  it('are missing in production, and public in development', async () => {
    const production = await startApi(
      { NODE_ENV: 'production', DATABASE_URL: api.databaseUrl, SUMMARY_PROVIDER: 'template' },
      api.databaseUrl,
    );
    const development = await startApi({}, api.databaseUrl);
    expect((await request(production.app.getHttpServer()).get('/metrics')).status).toBe(404);
    expect((await request(development.app.getHttpServer()).get('/metrics')).status).toBe(200);
    await production.close();
    await development.close();
  });
});
