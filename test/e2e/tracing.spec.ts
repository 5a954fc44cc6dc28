import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../support/api-key.js';
import { connect, type Connection } from '../support/connection.js';
import { insertInteraction, insertLead } from '../support/fixtures.js';
import { API_KEY, type OpenRouterStandIn, startOpenRouterStandIn } from '../support/openrouter-stand-in.js';
import { startServerProgram } from '../support/program.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly status: { readonly code?: number };
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
}

/** The status code of a span that failed. */
const ERROR = 2;

interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: SentSpan['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  }[];
}

let directory: TemporaryDirectory;
let database: TestDatabase;
let connection: Connection;
let standIn: OpenRouterStandIn;
let authorization: string;
beforeAll(async () => {
  directory = await temporaryDirectory();
  database = await createTestDatabase();
  connection = await connect(database.url);
  authorization = `Bearer ${await createApiKey(database.url)}`;
  standIn = await startOpenRouterStandIn();
});
afterAll(async () => {
  await standIn.close();
  await connection.close();
  await database.drop();
  await directory.remove();
});

/** Starts a server that receives traces as a collector does. */
async function startCollector() {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      bodies.push(body);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const sent = () =>
    bodies.map((body) => JSON.parse(body) as Sent).flatMap(({ resourceSpans }) => resourceSpans);
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    text: () => bodies.join('\n'),
    sent,
    spans: () => sent().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

const serve = (endpoint: string, env: Record<string, string> = {}) =>
  startServerProgram({
    cwd: directory.path,
    env: {
      NODE_ENV: 'production',
      DATABASE_URL: database.url,
      OPENROUTER_API_KEY: API_KEY,
      OPENROUTER_BASE_URL: standIn.baseUrl,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_SERVICE_NAME: 'crm-scores',
      ...env,
    },
  });

async function send(url: string, query: string, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization, ...headers },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

const factsOf = ({ attributes }: Pick<SentSpan, 'attributes'>) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

describe('traces', () => {
  it('continue the trace of a request with its steps, and contain no values', async () => {
    const collector = await startCollector();
    const email = 'marker.mail@markers.example';
    const leadId = await insertLead(connection, { email });
    await insertInteraction(connection, leadId, { notes: 'markernotes' });
    const server = await serve(collector.url);
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const parent = 'b7ad6b7169203331';
    const summarized = await send(
      server.url,
      `mutation Summarize { regenerateSummary(id: ${leadId}, force: true) { id email } }`,
      { traceparent: `00-${trace}-${parent}-01` },
    );
    expect(summarized).toMatchObject({ data: { regenerateSummary: { email } } });
    await send(server.url, 'mutation Recalculate { recalculateAllScores { count } }');
    await send(
      server.url,
      `mutation Double { createLead(createLeadInput: { firstName: "M", lastName: "K", email: "${email}" }) { id } }`,
    );
    await connection.rows('ALTER TABLE leads RENAME TO gone');
    await send(server.url, 'query Fault { leads { id } }');
    await connection.rows('ALTER TABLE gone RENAME TO leads');
    const { stdout } = await server.stop();
    await collector.close();

    const spans = collector.spans();
    const requestOf = (operation: string) =>
      spans.find((span) => factsOf(span)['graphql.operation.name'] === operation) ?? ({} as SentSpan);
    const childrenOf = ({ spanId }: SentSpan) => spans.filter(({ parentSpanId }) => parentSpanId === spanId);
    expect(factsOf(collector.sent()[0]?.resource ?? { attributes: [] })).toMatchObject({
      'service.name': 'crm-scores',
    });

    const summarize = requestOf('Summarize');
    expect(summarize).toMatchObject({ traceId: trace, parentSpanId: parent, name: 'POST /graphql' });
    expect(factsOf(summarize)).toMatchObject({
      'http.response.status_code': 200,
      'graphql.operation.type': 'mutation',
      'graphql.outcome': 'OK',
    });
    const steps = childrenOf(summarize).map(({ name }) => name);
    expect(steps).toEqual(expect.arrayContaining(['SELECT', 'UPDATE', 'COMMIT', 'provider']));
    expect(spans.filter(({ name }) => name === 'provider').map(({ traceId }) => traceId)).toEqual([trace]);

    const recalculation = childrenOf(requestOf('Recalculate')).find(({ name }) => name === 'recalculation');
    expect(childrenOf(recalculation ?? ({} as SentSpan)).map(({ name }) => name)).toContain('UPDATE');

    const rejected = requestOf('Double');
    expect(factsOf(rejected)).toMatchObject({ 'graphql.outcome': 'CONFLICT' });

    // Each failed step has an error type; an error of the client does not mark the request as failed.
    const failuresOf = (span: SentSpan) =>
      [span, ...childrenOf(span)]
        .filter(({ status }) => status.code === ERROR)
        .map((failed) => [failed.name, factsOf(failed)['error.type']]);
    expect(failuresOf(summarize)).toEqual([]);
    expect(failuresOf(rejected)).toEqual([]);
    expect(failuresOf(requestOf('Fault'))).toEqual([
      ['POST /graphql', 'INTERNAL_SERVER_ERROR'],
      ['SELECT', 'error'],
    ]);

    // There are no other traces: the polling for jobs creates none.
    expect(spans.filter(({ parentSpanId }) => parentSpanId === undefined).map(({ name }) => name)).toEqual([
      'POST /graphql',
      'POST /graphql',
      'POST /graphql',
    ]);
    expect(collector.text()).not.toMatch(/marker|sk-or-v1/);
    expect(stdout).toContain(`"traceId":"${trace}"`);
  }, 30_000);

  it.each([
    { of: 'are enabled', endpoint: 'http://127.0.0.1:1', isLoaded: true },
    { of: 'are disabled', endpoint: '', isLoaded: false },
  ])('load their library only if needed: when they $of', async ({ endpoint, isLoaded }) => {
    const lister = path.join(directory.path, 'list-loaded.cjs');
    await writeFile(
      lister,
      `process.on('exit', () => process.stderr.write(Object.keys(require.cache).join('\\n')));`,
    );
    const server = await serve(endpoint, { NODE_OPTIONS: `--require=${lister}` });
    expect(await send(server.url, '{ leadStats { totalCount } }')).toHaveProperty('data');
    const { stderr } = await server.stop();
    expect(stderr).toContain('reflect-metadata');
    expect(/@opentelemetry[\\/+]sdk-trace-base/.test(stderr)).toBe(isLoaded);
    expect(/@opentelemetry[\\/+]exporter/.test(stderr)).toBe(isLoaded);
  });

  it('do not affect responses if the collector is unreachable', async () => {
    const server = await serve('http://127.0.0.1:1');
    for (let time = 0; time < 5; time += 1) {
      expect(await send(server.url, '{ leadStats { totalCount } }')).toHaveProperty('data');
    }
    expect((await server.stop()).code).toBe(0);
  }, 30_000);
});
