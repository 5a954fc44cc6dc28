import http from 'node:http';
import { once } from 'node:events';
import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import request, { type Response } from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { neutralise } from '../../src/common/csv-formula.js';
import { type Api, startApi } from '../support/api.js';
import { createApiKey } from '../support/api-key.js';
import { connect, type Connection, untilWaiting } from '../support/connection.js';
import { removeLeads } from '../support/database-reset.js';
import { insertInteraction, insertLead, insertLeads } from '../support/fixtures.js';
import { until } from '../support/until.js';

let api: Api;
let database: Connection;

beforeAll(async () => {
  api = await startApi();
  await api.app.listen(0, '127.0.0.1');
  database = await connect(api.databaseUrl);
});
afterEach(() => removeLeads(database));
afterAll(async () => {
  await database.close();
  await api.close();
});

const get = (path: string): Promise<Response> => request(api.app.getHttpServer()).get(path);
const textOf = async (path: string): Promise<string> => {
  const response = await get(path);
  expect(response.status).toBe(200);
  return response.text;
};
const rowsOf = async (path: string) =>
  parse<Record<string, string>>(await textOf(path), { columns: true, record_delimiter: '\r\n' });

/** Sessions of exports in PostgreSQL. */
const exportSessions = () =>
  database.rows<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '% export'`,
  );
const untilNoSession = () => until(async () => (await exportSessions()).length === 0);

const LEAD_HEADER =
  'firstName,lastName,email,phone,budget,location,company,source,status,externalSource,externalId';
const INTERACTION_HEADER = 'email,type,date,notes,direction,externalSource,externalId,occurrence';

describe('GET /exports/leads.csv', () => {
  it('returns the leads by ascending id, with a header, CRLF and without a BOM', async () => {
    const [, second] = [
      await insertLead(database, { email: 'b@example.com', budget: 1234.5 }),
      await insertLead(database, { email: 'a@example.com' }),
    ];
    await database.rows(
      `UPDATE leads SET phone = '030 1', location = 'Köln, "Süd"', company = E'Two\\nlines', source = 'website',
         status = 'Closed Lost', "externalSource" = 'hubspot', "externalId" = '17' WHERE id = $1`,
      [second],
    );
    const response = await get('/exports/leads.csv');
    expect(response.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="leads.csv"',
      'cache-control': 'no-store',
    });
    expect(response.text).toBe(
      `${LEAD_HEADER}\r\nAda,Lovelace,b@example.com,,1234.50,,,,new,,\r\n` +
        `Ada,Lovelace,a@example.com,030 1,,"Köln, ""Süd""","Two\nlines",website,closed_lost,hubspot,17\r\n`,
    );
  });

  it('returns only the header if there are no leads', async () => {
    expect(await textOf('/exports/leads.csv')).toBe(`${LEAD_HEADER}\r\n`);
  });

  it('ends with the scores if they are requested', async () => {
    const scoreCalculatedAt = new Date('2026-03-01T09:30:00.123Z');
    await insertLead(database, { email: 'a@example.com', activityScore: 7, scoreCalculatedAt });
    await insertLead(database, { email: 'b@example.com' });
    expect(await textOf('/exports/leads.csv?scores=true')).toBe(
      `${LEAD_HEADER},activityScore,scoreCalculatedAt\r\n` +
        'Ada,Lovelace,a@example.com,,,,,,new,,,7,2026-03-01T09:30:00.123Z\r\n' +
        'Ada,Lovelace,b@example.com,,,,,,new,,,,\r\n',
    );
  });

  it('neutralises formulas in every text, as in TypeScript, but no number', async () => {
    const text = fc.string({
      unit: fc.constantFrom(`'`, '=', '+', '-', '@', '＝', '＠', '\t', '\r', '\n', '"', ',', 'a', 'ü'),
    });
    const texts = fc.sample(text, 300);
    for (const company of [...texts, `'=1`, '=1', '+', '＝1']) {
      await database.rows(
        `INSERT INTO leads ("firstName", "lastName", email, phone, budget, location, company, source, status, "externalSource", "externalId", "createdAt", "updatedAt")
         VALUES ($1::text, $1, gen_random_uuid() || $1, $1, 0, $1, $1, $1, $1, gen_random_uuid(), $1, now(), now())`,
        [company],
      );
    }
    const stored = await database.rows<{ company: string; email: string }>(
      'SELECT company, email FROM leads ORDER BY id',
    );
    const rows = await rowsOf('/exports/leads.csv');
    expect(rows.map(({ company }) => company)).toEqual(stored.map(({ company }) => neutralise(company)));
    for (const {
      firstName,
      lastName,
      phone,
      location,
      company,
      source,
      status,
      externalId,
      budget,
    } of rows) {
      expect([firstName, lastName, phone, location, source, status, externalId]).toEqual(
        Array.from({ length: 7 }, () => company),
      );
      expect(budget).toBe('0.00');
    }
    expect(rows.map(({ email }) => email)).toEqual(stored.map(({ email }) => neutralise(email)));
  });

  it('returns an unknown budget and status as the API does', async () => {
    await insertLead(database);
    await database.rows(`UPDATE leads SET budget = 'NaN'`);
    await database.rows('ALTER TABLE leads ALTER status DROP NOT NULL');
    await database.rows('UPDATE leads SET status = NULL');
    expect(await rowsOf('/exports/leads.csv')).toMatchObject([{ budget: '', status: 'new' }]);
  });
});

describe('GET /exports/interactions.csv', () => {
  it('returns the interactions by lead, date, type and notes', async () => {
    const first = await insertLead(database, { email: 'b@example.com' });
    const second = await insertLead(database, { email: '+a@example.com' });
    const insert = (leadId: number, date: string, type: string, notes: string | null) =>
      database.rows(
        `INSERT INTO interactions ("leadId", date, type, notes, direction, "externalSource", "externalId", "createdAt", "updatedAt")
         VALUES ($1::int, $2, $3, $4, 'inbound', 'csv', gen_random_uuid(), now(), now())`,
        [first === leadId ? first : leadId, date, type, notes],
      );
    await insert(second, '2026-01-01T00:00:00Z', 'call', null);
    await insert(first, '2026-01-02T00:00:00Z', 'call', 'b');
    await insert(first, '2026-01-02T00:00:00Z', 'call', 'B');
    await insert(first, '2026-01-02T00:00:00Z', 'call', null);
    await insert(first, '2026-01-02T00:00:00Z', 'meeting', '=1');
    await insert(first, '2026-01-02T00:00:00Z', 'email', null);
    await insert(first, '2026-01-01T12:34:56.789999Z', 'meeting', 'two\nlines');
    await database.rows(`UPDATE interactions SET "externalSource" = NULL, "externalId" = NULL`);
    expect(await textOf('/exports/interactions.csv')).toBe(
      [
        INTERACTION_HEADER,
        'b@example.com,meeting,2026-01-01T12:34:56.789Z,"two\nlines",inbound,,,1',
        'b@example.com,call,2026-01-02T00:00:00.000Z,,inbound,,,1',
        'b@example.com,call,2026-01-02T00:00:00.000Z,B,inbound,,,1',
        'b@example.com,call,2026-01-02T00:00:00.000Z,b,inbound,,,1',
        'b@example.com,email,2026-01-02T00:00:00.000Z,,inbound,,,1',
        `b@example.com,meeting,2026-01-02T00:00:00.000Z,'=1,inbound,,,1`,
        `'+a@example.com,call,2026-01-01T00:00:00.000Z,,inbound,,,1`,
        '',
      ].join('\r\n'),
    );
  });

  it('numbers interactions whose lines would be identical', async () => {
    const leadId = await insertLead(database);
    const other = await insertLead(database);
    for (const [lead, date, notes] of [
      [leadId, '2026-01-01T00:00:00.000Z', 'a'],
      [leadId, '2026-01-01T00:00:00.0001Z', 'a'],
      [leadId, '2026-01-01T00:00:00.000Z', null],
      [leadId, '2026-01-01T00:00:00.000Z', ''],
      [leadId, '2026-01-01T00:00:00.001Z', 'a'],
      [other, '2026-01-01T00:00:00.000Z', 'a'],
    ] as const) {
      const id = await insertInteraction(database, lead, { notes });
      await database.rows('UPDATE interactions SET date = $1 WHERE id = $2', [date, id]);
    }
    const rows = await rowsOf('/exports/interactions.csv');
    expect(rows.map(({ date, notes, occurrence }) => [date, notes, occurrence])).toEqual([
      ['2026-01-01T00:00:00.000Z', '', '1'],
      ['2026-01-01T00:00:00.000Z', '', '2'],
      ['2026-01-01T00:00:00.000Z', 'a', '1'],
      ['2026-01-01T00:00:00.000Z', 'a', '2'],
      ['2026-01-01T00:00:00.001Z', 'a', '1'],
      ['2026-01-01T00:00:00.000Z', 'a', '1'],
    ]);
  });

  it('returns the same dates as the API', async () => {
    const leadId = await insertLead(database);
    for (const date of [
      '-infinity',
      '0044-03-15 BC',
      '0001-01-01',
      '1969-12-31 23:59:59.999999Z',
      '20000-01-01',
      'infinity',
    ]) {
      const id = await insertInteraction(database, leadId);
      await database.rows('UPDATE interactions SET date = $1::timestamptz WHERE id = $2', [date, id]);
    }
    const { interactions } = await api.ask<{ interactions: { date: string }[] }>('{ interactions { date } }');
    const rows = await rowsOf('/exports/interactions.csv');
    expect(rows.map(({ date }) => date)).toEqual(interactions.map(({ date }) => date).sort());
    expect(rows[0]?.date).toBe('0001-01-01T00:00:00.000Z');
    expect(rows.at(-1)?.date).toBe('9999-12-31T23:59:59.999Z');
  });
});

describe('the filter of an export', () => {
  it.each([
    ['status=won', { status: ['won'] }],
    ['status=Closed-Lost&status=WON', { status: ['Closed-Lost', 'WON'] }],
    [`status=${encodeURIComponent(`it's \\`)}`, { status: [`it's \\`] }],
    ['status=unknown', { status: ['unknown'] }],
    ['open=true', { isOpen: true }],
    ['open=false', {}],
    ['minScore=50', { score: { min: 50 } }],
    ['minScore=0', { score: { min: 0 } }],
    [
      'open=true&minScore=20&status=new&status=qualified',
      { isOpen: true, score: { min: 20 }, status: ['new', 'qualified'] },
    ],
  ])('selects the leads of leadsConnection with the same filter: %s', async (query, filter) => {
    for (const status of ['new', 'won', 'Closed Lost', 'closed_lost', 'qualified', `it's \\`, 'On Hold']) {
      for (const activityScore of [null, 0, 20, 50, 100]) {
        const id = await insertLead(database, { status, activityScore });
        await insertInteraction(database, id);
      }
    }
    // The interactions have recalculated the scores.
    await database.rows('UPDATE leads SET "activityScore" = (ARRAY[NULL, 0, 20, 50, 100])[1 + id % 5]');
    const { leadsConnection } = await api.ask<{ leadsConnection: { nodes: { email: string }[] } }>(
      'query ($filter: LeadFilterInput) { leadsConnection(first: 100, filter: $filter) { nodes { email } } }',
      { filter },
    );
    const expected = leadsConnection.nodes.map(({ email }) => email).sort();
    const emailsOf = async (file: string) =>
      (await rowsOf(`/exports/${file}.csv?${query}`)).map(({ email }) => email).sort();
    expect(await emailsOf('leads')).toEqual(expected);
    expect(await emailsOf('interactions')).toEqual(expected);
    if (!query.includes('unknown')) expect(expected.length).toBeGreaterThan(0);
  });

  it.each([
    'leads.csv?minScore=-1',
    'leads.csv?minScore=1.5',
    'leads.csv?minScore=101',
    'leads.csv?minScore=',
    'leads.csv?open=yes',
    'leads.csv?open=true&open=true',
    'leads.csv?scores=1',
    'leads.csv?status=',
    'leads.csv?status=%00',
    `leads.csv?status=${'x'.repeat(256)}`,
    'leads.csv?Status=won',
    'interactions.csv?scores=true',
  ])('is rejected if it is invalid: %s', async (path) => {
    const response = await get(`/exports/${path}`);
    expect(response.status).toBe(400);
    expect(response.body).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });
});

describe('a stream that does not end', () => {
  /** About 40 MB, more than sockets and streams buffer. */
  const insertMuch = async () => {
    const ids = await insertLeads(database, 20);
    await database.rows(
      `INSERT INTO interactions (type, date, notes, "leadId", "createdAt", "updatedAt")
       SELECT 'call', now() - n * interval '1 minute', repeat(md5(n::text), 64), id, now(), now()
       FROM unnest($1::int[]) AS id, generate_series(1, 1000) AS n`,
      [ids],
    );
  };
  const startReading = async () => {
    const { port } = api.app.getHttpServer().address() as { port: number };
    const sent = http.get({ host: '127.0.0.1', port, path: '/exports/interactions.csv', agent: false });
    const [response] = (await once(sent, 'response')) as [http.IncomingMessage];
    return { sent, response };
  };

  it('is cancelled in PostgreSQL if the client disconnects', async () => {
    await insertMuch();
    const { sent, response } = await startReading();
    response.on('error', () => undefined);
    await once(response, 'readable');
    expect(await exportSessions()).toHaveLength(1);
    sent.destroy();
    await untilNoSession();
  });

  it('is cancelled if the client disconnects before PostgreSQL has sent anything', async () => {
    const lockHolder = await connect(api.databaseUrl);
    try {
      await lockHolder.rows('BEGIN; LOCK TABLE interactions IN ACCESS EXCLUSIVE MODE');
      const { port } = api.app.getHttpServer().address() as { port: number };
      const sent = http.get({ host: '127.0.0.1', port, path: '/exports/interactions.csv', agent: false });
      sent.on('error', () => undefined);
      await untilWaiting(database);
      sent.destroy();
      await untilNoSession();
    } finally {
      await lockHolder.close();
    }
  });

  it('is cut, so that the client notices, if the database fails', async () => {
    await insertMuch();
    const { response } = await startReading();
    await once(response, 'readable');
    const [session] = await exportSessions();
    await database.rows('SELECT pg_terminate_backend($1)', [session?.pid]);
    const failed = once(response, 'error') as Promise<[NodeJS.ErrnoException]>;
    response.resume();
    expect((await failed)[0].code).toBe('ECONNRESET');
    expect(response.complete).toBe(false);
  });

  it('is an error of the API if the database fails at the beginning', async () => {
    await database.rows('ALTER TABLE interactions RENAME TO elsewhere');
    try {
      const response = await get('/exports/interactions.csv');
      expect(response.status).toBe(500);
      expect(response.headers['content-disposition']).toBeUndefined();
      expect(response.body).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
    } finally {
      await database.rows('ALTER TABLE elsewhere RENAME TO interactions');
    }
    await untilNoSession();
  });

  it('is rejected if there are too many', async () => {
    await insertMuch();
    const open = await Promise.all(Array.from({ length: 4 }, startReading));
    for (const { response } of open) response.on('error', () => undefined);
    const rejected = await get('/exports/leads.csv');
    expect(rejected.status).toBe(503);
    expect(rejected.body).toMatchObject({
      errors: [{ extensions: { code: 'SERVER_OVERLOADED', limit: 4 } }],
    });
    expect(rejected.headers['retry-after']).toBe('30');
    for (const { sent } of open) sent.destroy();
    await untilNoSession();
    await until(async () => (await get('/exports/leads.csv')).status === 200);
  });

  it('may take longer than the time limit of requests', async () => {
    const impatient = await startApi({ REQUEST_TIMEOUT_MS: '1000' }, api.databaseUrl);
    try {
      await insertMuch();
      await impatient.app.listen(0, '127.0.0.1');
      const { port } = impatient.app.getHttpServer().address() as { port: number };
      const sent = http.get({ host: '127.0.0.1', port, path: '/exports/interactions.csv', agent: false });
      const [response] = (await once(sent, 'response')) as [http.IncomingMessage];
      await new Promise((resolve) => setTimeout(resolve, 1500));
      let bytes = 0;
      for await (const chunk of response) bytes += (chunk as Buffer).length;
      expect(response.complete).toBe(true);
      expect(bytes).toBeGreaterThan(40_000_000);
    } finally {
      await impatient.close();
    }
  });
});

describe('access to exports', () => {
  let guarded: Api;
  beforeAll(async () => {
    guarded = await startApi({ AUTH: 'on', RATE_LIMIT_BULK_PER_MINUTE: '3' }, api.databaseUrl);
  });
  afterAll(() => guarded.close());

  const send = (method: 'get' | 'head', path: string, key?: string): Promise<Response> => {
    const sent = request(guarded.app.getHttpServer())[method](path);
    return key === undefined ? sent : sent.set('authorization', `Bearer ${key}`);
  };

  it.each(['/exports/leads.csv', '/exports/interactions.csv'])(
    'requires the role admin: %s',
    async (path) => {
      const name = path.replace(/\W/g, '');
      const missing = await send('get', path);
      expect(missing.status).toBe(401);
      expect(missing.headers['www-authenticate']).toBe('Bearer');
      expect(missing.body).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
      expect((await send('head', path)).status).toBe(401);
      expect((await send('get', path, 'lsk_wrong')).status).toBe(401);
      for (const role of ['viewer', 'rep'] as const) {
        const lower = await send('get', path, await createApiKey(api.databaseUrl, role, `${name}-${role}`));
        expect(lower.status).toBe(403);
        expect(lower.body).toMatchObject({
          errors: [
            {
              message: `Requires the role admin; the caller has ${role}.`,
              extensions: { code: 'FORBIDDEN' },
            },
          ],
        });
      }
      const admin = await createApiKey(api.databaseUrl, 'admin', `${name}-admin`);
      expect((await send('get', path, admin)).status).toBe(200);
      const head = await send('head', path, admin);
      expect(head.status).toBe(200);
      expect(head.headers['content-type']).toBe('text/csv; charset=utf-8');
    },
  );

  it('counts towards the rate limit of bulk operations', async () => {
    const admin = await createApiKey(api.databaseUrl, 'admin', 'bulk');
    const statuses = [];
    for (let count = 0; count < 4; count += 1)
      statuses.push((await send('get', '/exports/leads.csv', admin)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });
});
