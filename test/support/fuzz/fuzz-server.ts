import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { withApiKeyStore } from '../../../src/access/api-key-store.js';
import { connect, type Connection } from '../connection.js';
import { insertInteraction, insertLead } from '../fixtures.js';
import { type ServerProgram, startServerProgram } from '../program.js';
import { createTestDatabase } from '../test-database.js';
import { type TemporaryDirectory, temporaryDirectory } from '../temporary-directory.js';
import { type Answer, defectOf, isObject } from './verdict.js';

/** A raw HTTP request. */
export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** The caller, for servers that require authentication; by default an admin. */
  readonly caller?: Caller;
}

export type Caller = 'admin' | 'viewer' | 'anonymous';

/** The authentication headers of each caller. */
type Credentials = Readonly<Record<Caller, Readonly<Record<string, string>>>>;

/** A real server with a few leads, and a connection to its database. */
export interface FuzzServer {
  readonly url: string;
  readonly database: Connection;
  readonly leadIds: readonly number[];
  readonly credentials: Credentials;
  readonly send: (sent: RawRequest) => Promise<Answer>;
  /** Returns the defect of the response to a request; null: none. */
  readonly defectOf: (sent: RawRequest) => Promise<string | null>;
  readonly insideNames: RegExp;
  /** Returns a fingerprint of the whole content of the database. */
  readonly fingerprint: () => Promise<unknown>;
  /** Stops the server. @returns its exit code and the unexpected errors that it logged */
  stop(): Promise<{ readonly code: number | null; readonly defects: readonly string[] }>;
  close(): Promise<void>;
}

/** A small heap, so that a memory leak ends the process and fails the test. */
const HEAP_MB = 256;

/** The tests check the robustness of the server, not its rate limits. */
const NO_RATES = Object.fromEntries(
  ['', '_WRITES', '_SUMMARIES', '_BULK', '_AUTH_FAILURES'].map((kind) => [
    `RATE_LIMIT${kind}_PER_MINUTE`,
    '0',
  ]),
);

/** @param environment in production the server requires authentication */
export async function startFuzzServer(
  environment: 'development' | 'production' = 'development',
): Promise<FuzzServer> {
  const directory = await temporaryDirectory();
  const testDatabase = await createTestDatabase();
  const databaseUrl = testDatabase.url;
  const database = await connect(databaseUrl);
  const leadIds = await insertSomeLeads(database);
  const credentials = environment === 'production' ? await makeCredentials(databaseUrl) : NO_CREDENTIALS;
  const server = await startServerProgram({
    cwd: directory.path,
    env: {
      NODE_ENV: environment,
      ...NO_RATES,
      NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}`,
      DATABASE_URL: databaseUrl,
      SUMMARY_PROVIDER: 'template',
      SUMMARY_WORKERS: '0',
    },
  });
  const insideNames = await readInsideNames(database);
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const send = ({ caller = 'admin', headers = JSON_BODY, ...sent }: RawRequest) =>
    sendRaw(server.url, agent, { ...sent, headers: { ...credentials[caller], ...headers } });
  return {
    url: server.url,
    database,
    leadIds,
    credentials,
    insideNames,
    send,
    defectOf: async (sent) => defectOf(await send(sent), insideNames),
    fingerprint: () => fingerprint(database),
    stop: () => stop(server),
    close: () => closeAll(server, agent, database, () => testDatabase.drop(), directory),
  };
}

const JSON_BODY = { 'content-type': 'application/json' };
const NO_CREDENTIALS: Credentials = { admin: {}, viewer: {}, anonymous: {} };

const makeCredentials = (databaseUrl: string): Promise<Credentials> =>
  withApiKeyStore(databaseUrl, async (store) => ({
    admin: { authorization: `Bearer ${await store.create('admin', 'admin')}` },
    viewer: { authorization: `Bearer ${await store.create('viewer', 'viewer')}` },
    anonymous: {},
  }));

async function insertSomeLeads(database: Connection): Promise<number[]> {
  const ids: number[] = [];
  for (const firstName of ['Ada', "O'Neill", '%_\\', '\u{1f600}\u0301']) {
    const id = await insertLead(database, { firstName, budget: 100 });
    await insertInteraction(database, id, { notes: 'Called.' });
    await insertInteraction(database, id, { ageInDays: 3 });
    ids.push(id);
  }
  return ids;
}

/** Returns a pattern of the names of tables and columns that are not names of the API. */
async function readInsideNames(database: Connection): Promise<RegExp> {
  const sdl = readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8');
  const rows = await database.rows<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()
     UNION SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema()`,
  );
  const inside = rows
    .map(({ name }) => name)
    // A single word may also be ordinary English.
    .filter((name) => /_|[a-z][A-Z]/.test(name) && !sdl.includes(name));
  return new RegExp(`\\b(${inside.join('|')})\\b`);
}

const TABLES = `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1`;

async function fingerprint(database: Connection): Promise<unknown> {
  const tables = await database.rows<{ name: string }>(TABLES);
  const parts: [string, unknown][] = [];
  for (const { name } of tables) {
    const [row] = await database.rows<{ hash: string }>(
      `SELECT count(*) || ' ' || md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) AS hash FROM ${name} AS t`,
    );
    parts.push([name, row?.hash]);
  }
  return Object.fromEntries(parts);
}

function sendRaw(
  url: string,
  agent: Agent,
  { method = 'POST', path = '/graphql', headers, body }: RawRequest,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    // Without a length, the body of a GET would be parsed as the next request of the connection.
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const options = { hostname, port, path, method, headers: { ...headers, ...length }, agent };
    const call = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: jsonOf(Buffer.concat(chunks).toString()) });
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Lines that are not JSON come from Node.js or from libraries that do not use the logger. */
const IS_FAULT_OF_ITS_OWN = /unhandled|uncaught|unexpected error|[a-z]Error: /i;

/** Whether a line of the log reports an unexpected error. */
function isDefect(line: string): boolean {
  const parsed = jsonOf(line);
  if (!isObject(parsed)) return IS_FAULT_OF_ITS_OWN.test(line);
  return ['error', 'fatal', 50, 60].includes(parsed.level as string | number);
}

async function stop(server: ServerProgram): Promise<{ code: number | null; defects: string[] }> {
  const { code, stdout, stderr } = await server.stop();
  return { code, defects: `${stdout}\n${stderr}`.split('\n').filter(isDefect) };
}

async function closeAll(
  server: ServerProgram,
  agent: Agent,
  database: Connection,
  drop: () => Promise<void>,
  directory: TemporaryDirectory,
): Promise<void> {
  agent.destroy();
  await server.stop();
  await database.close();
  await drop();
  await directory.remove();
}
