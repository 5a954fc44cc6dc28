import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import request, { type Response } from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Api, startApi } from '../support/api.js';
import { createApiKey } from '../support/api-key.js';
import { connect, type Connection, untilWaiting } from '../support/connection.js';
import { databaseReset } from '../support/database-reset.js';
import { insertLead } from '../support/fixtures.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { until } from '../support/until.js';
import { answersTo, connectSocket, type SocketAnswer } from '../support/websocket.js';

const MAX_FILE_BYTES = 1_000_000;

let api: Api;
let database: Connection;
let reset: () => Promise<void>;
let uploads: TemporaryDirectory;

beforeAll(async () => {
  uploads = await temporaryDirectory();
  vi.stubEnv('TMPDIR', uploads.path);
  process.on('warning', noteForgottenFile);
  api = await startApi({ IMPORT_MAX_FILE_BYTES: String(MAX_FILE_BYTES) });
  await api.app.listen(0, '127.0.0.1');
  database = await connect(api.databaseUrl);
  reset = await databaseReset(database);
});
afterEach(async () => {
  await untilNothingIsLeft();
  await reset();
});
afterAll(async () => {
  await database.close();
  await api.close();
  vi.unstubAllEnvs();
  process.off('warning', noteForgottenFile);
  await uploads.remove();
});

const LEADS = 'email,firstName,lastName,budget\na@example.com,Ada,One,10\nb@example.com,Bob,,\n';
const INTERACTIONS = 'email,type,date\na@example.com,call,2026-01-01\n';

interface Form {
  readonly leads?: string;
  readonly interactions?: string;
  readonly changes?: string;
  readonly fields?: Readonly<Record<string, string | readonly string[]>>;
}

function post({ leads, interactions, changes, fields = {} }: Form): request.Test {
  const test = request(api.app.getHttpServer()).post('/imports');
  for (const [name, values] of Object.entries(fields)) {
    for (const value of typeof values === 'string' ? [values] : values) void test.field(name, value);
  }
  if (leads !== undefined) void test.attach('leads', Buffer.from(leads), 'my leads.csv');
  if (interactions !== undefined) void test.attach('interactions', Buffer.from(interactions), 'history.csv');
  if (changes !== undefined) void test.attach('changes', Buffer.from(changes), 'stages.csv');
  return test;
}

/** Begins a request whose body the test writes. */
function beginUpload({ app }: Api, contentLength: number): http.ClientRequest {
  const { port } = app.getHttpServer().address() as AddressInfo;
  const upload = http.request({
    port,
    method: 'POST',
    path: '/imports',
    headers: { 'content-type': 'multipart/form-data; boundary=x', 'content-length': contentLength },
  });
  // A test that disconnects gets an error.
  upload.on('error', () => undefined);
  return upload;
}

const LEADS_PART = '--x\r\ncontent-disposition: form-data; name="leads"; filename="a.csv"\r\n\r\n';

const find = (id: number): Promise<Response> => request(api.app.getHttpServer()).get(`/imports/${id}`);

async function untilEnded(id: number): Promise<Record<string, unknown>> {
  let record: Record<string, unknown> = {};
  await until(async () => {
    record = (await find(id)).body as Record<string, unknown>;
    return record.status !== 'running';
  });
  return record;
}

/** Uploads are files without names. Only Linux lists them, as open files of the process. */
const IS_LINUX = process.platform === 'linux';

/** Warnings of Node.js about files that the program has not closed. */
const forgottenFiles: string[] = [];
const noteForgottenFile = ({ message }: Error) => {
  if (message.includes('garbage collection')) forgottenFiles.push(message);
};

async function openUploads(): Promise<string[]> {
  const files = await readdir('/proc/self/fd');
  const targets = await Promise.all(
    files.map((file) => readlink(path.join('/proc/self/fd', file)).catch(() => '')),
  );
  return targets.filter((target) => target.startsWith(uploads.path));
}

async function untilNothingIsLeft(): Promise<void> {
  if (IS_LINUX) await until(async () => (await openUploads()).length === 0);
  expect(await readdir(uploads.path)).toEqual([]);
  expect(forgottenFiles).toEqual([]);
}

const codeOf = ({ body }: Response): unknown =>
  (body as { errors?: { extensions: { code: string } }[] }).errors?.[0]?.extensions.code;

const IMPORT = `query ($id: ID!) { import(id: $id) {
  id status trigger caller step files { kind name size }
  report {
    scoreCount
    leads { inserted rejectedLines columns { column field } rejections { line violations { column message value } } }
    interactions { inserted }
    changes { inserted }
  }
} }`;

describe('POST /imports', () => {
  it('imports changes of leads with their recorded times, and an undo removes them', async () => {
    await insertLead(database, { email: 'a@example.com' });
    const changes = 'email,status,date\na@example.com,Closed Won,2026-01-01\n';
    await post({ changes, fields: { recordedAsDated: 'true' } });
    await untilEnded(1);
    expect(await api.ask(IMPORT, { id: '1' })).toMatchObject({
      import: {
        files: [{ kind: 'CHANGES', name: 'stages.csv' }],
        report: { scoreCount: 0, leads: null, interactions: null, changes: { inserted: 1 } },
      },
    });
    const readChanges = () =>
      database.rows('SELECT "statusAfter", "recordedAt", "changedBy" FROM lead_changes WHERE "importId" = 1');
    expect(await readChanges()).toEqual([
      { statusAfter: 'closed_won', recordedAt: new Date('2026-01-01'), changedBy: 'development' },
    ]);
    expect(await api.ask('mutation { undoImport(id: 1) { removedChanges keptCount } }')).toEqual({
      undoImport: { removedChanges: 1, keptCount: 0 },
    });
    expect(await readChanges()).toEqual([]);
  });

  it('reads reports of versions without changes', async () => {
    await post({ leads: LEADS });
    await untilEnded(1);
    await database.rows(
      `UPDATE imports SET report = report - 'changes', "undoneAt" = now(), "undoneBy" = 'x', "undoReport" = '{"removedLeads": 1}'`,
    );
    const query =
      '{ import(id: 1) { report { changes { name } } undoReport { removedLeads removedChanges } } }';
    expect(await api.ask(query)).toEqual({
      import: { report: { changes: null }, undoReport: { removedLeads: 1, removedChanges: 0 } },
    });
  });

  it('answers with the id at once, and the report is read later, as JSON and by GraphQL', async () => {
    const response = await post({ leads: LEADS, interactions: INTERACTIONS });
    expect([response.status, response.body]).toEqual([202, { id: 1, status: 'running' }]);
    expect(response.headers.location).toBe('/imports/1');
    expect(await untilEnded(1)).toMatchObject({
      id: 1,
      status: 'succeeded',
      trigger: 'api',
      caller: 'development',
      files: [
        { kind: 'leads', name: 'my leads.csv' },
        { kind: 'interactions', name: 'history.csv' },
      ],
      report: { leads: { inserted: 1, rejectedLines: 1 }, interactions: { inserted: 1 }, scoreCount: 1 },
    });
    expect(await api.ask(IMPORT, { id: '1' })).toMatchObject({
      import: {
        id: '1',
        status: 'SUCCEEDED',
        trigger: 'API',
        files: [{ kind: 'LEADS' }, { kind: 'INTERACTIONS' }],
        report: {
          leads: {
            columns: [
              { column: 'email', field: 'email' },
              { column: 'firstName', field: 'firstName' },
              { column: 'lastName', field: 'lastName' },
              { column: 'budget', field: 'budget' },
            ],
            rejections: [{ line: 3, violations: [{ column: 'lastName', value: null }] }],
          },
        },
      },
    });
    expect(await api.ask('{ imports { nodes { id } totalCount: pageInfo { hasNextPage } } }')).toMatchObject({
      imports: { nodes: [{ id: '1' }] },
    });
    expect(await database.rows('SELECT email FROM leads')).toEqual([{ email: 'a@example.com' }]);
  });

  it('accepts the options of the command', async () => {
    const response = await post({
      leads: 'Mail|Wert|Stand\na@example.com|1.234|offen\n',
      fields: {
        delimiter: 'pipe',
        map: ['Mail=email', 'Wert=budget', 'Stand=status'],
        mapStatus: 'offen=contacted',
        decimal: 'comma',
        dryRun: 'true',
      },
    });
    expect(response.status).toBe(200);
    expect(response.body).toMatchObject({
      leads: {
        delimiter: '|',
        rejectedLines: 1,
        rejections: [{ violations: [{ message: 'firstName must not be empty for a new lead' }, {}] }],
      },
    });
    expect(await database.rows('SELECT 1 FROM imports')).toEqual([]);
  });

  it.each([
    ['no form', () => request(api.app.getHttpServer()).post('/imports').send({}), 400, 'BAD_USER_INPUT'],
    ['an empty form', () => post({ fields: { dryRun: 'true' } }), 400, 'BAD_USER_INPUT'],
    ['an unknown field', () => post({ leads: LEADS, fields: { colour: 'red' } }), 400, 'BAD_USER_INPUT'],
    ['an invalid option', () => post({ leads: LEADS, fields: { dateOrder: 'ymd' } }), 400, 'BAD_USER_INPUT'],
    [
      'an unknown file',
      () => post({ leads: LEADS }).attach('other', Buffer.from('x'), 'x'),
      400,
      'BAD_USER_INPUT',
    ],
    [
      'a text in place of a file',
      () => request(api.app.getHttpServer()).post('/imports').field('leads', 'abc'),
      400,
      'BAD_USER_INPUT',
    ],
    [
      'a form that ends early',
      () =>
        request(api.app.getHttpServer())
          .post('/imports')
          .set('content-type', 'multipart/form-data; boundary=x')
          .send(`${LEADS_PART}email\r\n`),
      400,
      'BAD_USER_INPUT',
    ],
    [
      'a form without a boundary',
      () =>
        request(api.app.getHttpServer())
          .post('/imports')
          .set('content-type', 'multipart/form-data')
          .send('x'),
      400,
      'BAD_USER_INPUT',
    ],
    ['a file without an address', () => post({ leads: 'firstName\nAda\n' }), 400, 'IMPORT_FILE_INVALID'],
    ['a spreadsheet', () => post({ leads: 'PK\u0003\u0004 ...' }), 400, 'IMPORT_FILE_INVALID'],
    [
      'a file that is too large',
      () => post({ leads: 'x'.repeat(MAX_FILE_BYTES + 1) }),
      413,
      'PAYLOAD_TOO_LARGE',
    ],
  ])('rejects %s with a stable code, and leaves nothing', async (_, send, status, code) => {
    const response = await send();
    expect([response.status, codeOf(response)]).toEqual([status, code]);
    await untilNothingIsLeft();
    expect(await database.rows('SELECT 1 FROM imports')).toEqual([]);
  });

  it('names the mistake if a file is sent as a text', async () => {
    const response = await request(api.app.getHttpServer()).post('/imports').field('mapping', '{}');
    expect(response.body).toMatchObject({
      errors: [{ message: 'mapping must be a file, for example with curl -F mapping=@mapping.json.' }],
    });
  });

  it('records an import that fails after it has started', async () => {
    const response = await post({ interactions: 'email,type,date\na@example.com,call,03/04/2026\n' });
    expect(response.status).toBe(202);
    expect(await untilEnded(1)).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/--date-order/) as unknown,
      report: null,
    });
  });

  it.runIf(IS_LINUX)('leaves nothing if the client disconnects within the upload', async () => {
    const upload = beginUpload(api, 100_000);
    upload.write(`${LEADS_PART}email\r\n`);
    await until(async () => (await openUploads()).length === 1);
    // If the process is killed now, no file is left.
    expect(await readdir(uploads.path)).toEqual([]);
    upload.destroy();
    await untilNothingIsLeft();
    expect(await database.rows('SELECT 1 FROM imports')).toEqual([]);
  });

  it('stops a dry run whose client disconnects', async () => {
    await database.rows('BEGIN');
    await database.rows('LOCK TABLE leads IN ACCESS EXCLUSIVE MODE');
    const watcher = await connect(api.databaseUrl);
    const body =
      '--x\r\ncontent-disposition: form-data; name="dryRun"\r\n\r\ntrue\r\n' +
      `${LEADS_PART}${LEADS}\r\n--x--\r\n`;
    const upload = beginUpload(api, Buffer.byteLength(body));
    upload.end(body);
    await untilWaiting(watcher);
    upload.destroy();
    await until(
      async () =>
        (
          await watcher.rows(
            `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          )
        ).length === 0,
    );
    await database.rows('ROLLBACK');
    await watcher.close();
  });

  it('rejects pages of other origins', async () => {
    const response = await post({ leads: LEADS }).set('origin', 'https://evil.example');
    expect([response.status, codeOf(response)]).toEqual([403, 'FORBIDDEN']);
  });
});

describe('GET /imports/:id', () => {
  it('answers 404 with a code if there is no such import', async () => {
    const response = await find(99);
    expect([response.status, codeOf(response)]).toEqual([404, 'NOT_FOUND']);
  });
});

describe('the progress of an import', () => {
  it('is published until it has ended', async () => {
    const id = await insertLead(database, { email: 'a@example.com' });
    await database.rows('BEGIN');
    await database.rows('SELECT FROM leads WHERE id = $1 FOR UPDATE', [id]);
    await post({ leads: LEADS });
    const client = connectSocket(`${await api.app.getUrl()}/graphql`);
    const progress = answersTo(client, 'subscription { importProgress(id: 1) { status step } }');
    const first = (await progress.next()) as IteratorResult<SocketAnswer, undefined>;
    expect(first.value?.data).toMatchObject({ importProgress: { status: 'RUNNING' } });
    await database.rows('COMMIT');
    const published: unknown[] = [];
    for await (const { data } of progress) published.push(data?.importProgress);
    expect(published.at(-1)).toMatchObject({ status: 'SUCCEEDED' });
    await client.dispose();
  });
});

describe('an import beside other writers', () => {
  it('leaves no wrong score, and makes a recalculation fail at once', async () => {
    const ids: number[] = [];
    for (let n = 0; n < 20; n += 1) ids.push(await insertLead(database, { email: `lead${n}@example.com` }));
    const lines = Array.from(
      { length: 600 },
      (_, n) => `lead${n % 20}@example.com,call,2026-10-${1 + (n % 28)},${n}`,
    );
    const blocked = ids.at(-1) ?? 0;
    await database.rows('BEGIN');
    await database.rows('SELECT FROM leads WHERE id = $1 FOR UPDATE', [blocked]);
    await post({ interactions: ['email,type,date,notes', ...lines].join('\n') });
    const watcher = await connect(api.databaseUrl);
    await untilWaiting(watcher);
    expect(await api.codeOf('mutation { recalculateAllScores { count } }')).toBe('RECALCULATION_RUNNING');
    // These wait for the import, because it has locked their leads.
    const writes = ids
      .slice(0, 6)
      .flatMap((id) => [
        api.send(`mutation { updateLead(updateLeadInput: { id: ${id}, budget: ${id * 1000} }) { id } }`),
        api.send(
          `mutation { createInteraction(createInteractionInput: { leadId: ${id}, type: MEETING, date: "2026-11-01" }) { id } }`,
        ),
      ]);
    await untilWaiting(watcher, 2);
    await database.rows('COMMIT');
    await watcher.close();
    for (const { errors } of await Promise.all(writes)) expect(errors).toBeUndefined();
    expect(await untilEnded(1)).toMatchObject({
      status: 'succeeded',
      report: { interactions: { inserted: 600 } },
    });
    expect(
      await database.rows(
        'SELECT sum("callCount")::int AS calls, sum("meetingCount")::int AS meetings FROM leads',
      ),
    ).toEqual([{ calls: 600, meetings: 6 }]);
    const verified = 'mutation { recalculateAllScores(verify: true) { differenceCount failedCount } }';
    expect(await api.ask(verified)).toEqual({ recalculateAllScores: { differenceCount: 0, failedCount: 0 } });
  });

  it('can be cancelled, and leaves only its record', async () => {
    const id = await insertLead(database, { email: 'a@example.com' });
    await database.rows('BEGIN');
    await database.rows('SELECT FROM leads WHERE id = $1 FOR UPDATE', [id]);
    await post({ leads: LEADS, interactions: INTERACTIONS });
    const watcher = await connect(api.databaseUrl);
    await untilWaiting(watcher);
    await watcher.close();
    expect(
      await api.ask('mutation { cancelImport(id: 1) { status error report { scoreCount } } }'),
    ).toMatchObject({
      cancelImport: { status: 'CANCELLED', report: null },
    });
    await database.rows('COMMIT');
    expect(await database.rows('SELECT "firstName" FROM leads')).toEqual([{ firstName: 'Ada' }]);
    expect(await database.rows('SELECT 1 FROM interactions')).toEqual([]);
  });

  it('is interrupted if its process was killed', async () => {
    await database.rows(
      `INSERT INTO imports (trigger, caller, host, files, options, "startedAt")
       VALUES ('api', 'someone', 'elsewhere', '[]', '{}', now())`,
    );
    expect(await api.ask('{ import(id: 1) { status } }')).toEqual({ import: { status: 'INTERRUPTED' } });
    expect(await api.codeOf('mutation { undoImport(id: 1) { keptCount } }')).toBe('IMPORT_NOT_UNDOABLE');
  });
});

describe('undoImport', () => {
  it('undoes an import, once', async () => {
    await post({ leads: LEADS, interactions: INTERACTIONS });
    await untilEnded(1);
    const UNDO =
      'mutation { undoImport(id: 1) { removedLeads removedInteractions keptCount kept { leadId } } }';
    expect(await api.ask(UNDO)).toEqual({
      undoImport: { removedLeads: 1, removedInteractions: 1, keptCount: 0, kept: [] },
    });
    expect(await database.rows('SELECT 1 FROM leads')).toEqual([]);
    expect(await api.codeOf(UNDO)).toBe('IMPORT_NOT_UNDOABLE');
    expect(await api.codeOf('mutation { undoImport(id: 7) { keptCount } }')).toBe('NOT_FOUND');
    expect(
      await api.ask('{ import(id: 1) { status undoneAt undoneBy undoReport { removedLeads } } }'),
    ).toMatchObject({
      import: { status: 'SUCCEEDED', undoneBy: 'development', undoReport: { removedLeads: 1 } },
    });
  });
});

describe('an upload of any size', () => {
  it('takes no memory from other requests', async () => {
    const large = await startApi({}, api.databaseUrl);
    await large.app.listen(0, '127.0.0.1');
    const upload = beginUpload(large, 50_000_000);
    const onError = vi.fn();
    upload.on('error', onError);
    upload.write(LEADS_PART);
    // Bodies of other requests may take 32 MiB together.
    await new Promise((resolve) => upload.write(Buffer.alloc(40_000_000, 'x'), resolve));
    const answer = await fetch(`${await large.app.getUrl()}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
    expect([answer.status, onError.mock.calls]).toEqual([200, []]);
    upload.destroy();
    await large.close();
  });
});

describe('imports with rate limits', () => {
  it('count as bulk, before the files are read', async () => {
    const strict = await startApi({ RATE_LIMIT_BULK_PER_MINUTE: '1' }, api.databaseUrl);
    const send = () =>
      request(strict.app.getHttpServer())
        .post('/imports')
        .field('dryRun', 'true')
        .attach('leads', Buffer.from(LEADS), 'leads.csv');
    const responses = [await send(), await send()];
    await strict.close();
    expect(responses.map(({ status }) => status)).toEqual([200, 429]);
    expect(codeOf(responses[1] as Response)).toBe('RATE_LIMITED');
  });
});

describe('imports with authentication', () => {
  it('need the role rep', async () => {
    const guarded = await startApi({ AUTH: 'on' }, api.databaseUrl);
    const viewer = await createApiKey(api.databaseUrl, 'viewer');
    const rep = await createApiKey(api.databaseUrl, 'rep');
    const send = (key: string | null) => {
      const test = request(guarded.app.getHttpServer()).post('/imports').field('dryRun', 'true');
      if (key !== null) void test.set('authorization', `Bearer ${key}`);
      return test.attach('leads', Buffer.from(LEADS), 'leads.csv');
    };
    const statuses = [await send(null), await send(viewer), await send(rep)].map(({ status }) => status);
    await guarded.close();
    expect(statuses).toEqual([401, 403, 200]);
  });
});
