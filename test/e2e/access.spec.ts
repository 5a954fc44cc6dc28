import { RULES_OF_VERSION_1 } from '../../src/leads/scoring/scoring-rules.js';
import { rulesInDocument } from '../support/scoring-rules.js';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { createClient } from 'graphql-ws';
import { isObjectType, parse } from 'graphql';
import { exportJWK, SignJWT } from 'jose';
import request, { type Response } from 'supertest';
import { WebSocket } from 'ws';
import { createApiClient } from '../../examples/client/src/api/api-client.js';
import { withApiKeyStore } from '../../src/access/api-key-store.js';
import { roleOfField } from '../../src/access/needed-access.js';
import { SocketAccess } from '../../src/access/socket-access.js';
import { TokenVerifier } from '../../src/access/token-verifier.js';
import { includesRole, type Role, ROLES } from '../../src/common/caller.js';
import { now } from '../../src/common/clock.js';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { insertInteraction, insertLead } from '../support/fixtures.js';
import { until } from '../support/until.js';

const ISSUER = 'https://login.example.com/';
const AUDIENCE = 'lead-scoring';
const ROUTER_SECRET = 'a secret of routers, of 32 characters or more';
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

let api: Api;
let database: Connection;
/** Servers on the same database. The models belong to the one that started last, so none closes before the end. */
const others: Api[] = [];
let keys: Record<Role, string>;
let leadId: number;
let interactionId: number | string;

beforeAll(async () => {
  api = await startApi({
    NODE_ENV: 'production',
    DATABASE_URL: 'postgres://not-used.example.com/crm',
    SUMMARY_PROVIDER: 'template',
    AUTH_PUBLIC_KEY: PEM,
    AUTH_ISSUER: ISSUER,
    AUTH_AUDIENCE: AUDIENCE,
    ROUTER_SECRET,
  });
  await api.app.listen(0, '127.0.0.1');
  database = await connect(api.databaseUrl);
  keys = await withApiKeyStore(api.databaseUrl, async (store) => ({
    viewer: await store.create('viewer', 'viewer'),
    rep: await store.create('rep', 'rep'),
    admin: await store.create('admin', 'admin'),
  }));
  leadId = await insertLead(database, { email: 'first@example.com' });
  interactionId = await insertInteraction(database, leadId);
});
afterAll(async () => {
  await database.close();
  for (const other of others) await other.close();
  await api.close();
});

const post = (query: string, headers: Record<string, string> = {}, server = api) =>
  request(server.app.getHttpServer()).post('/graphql').set(headers).send({ query });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const codeOf = ({ body }: Response): unknown =>
  (body as { errors?: { extensions: { code: string } }[] }).errors?.[0]?.extensions.code ?? null;

const everything = () =>
  database.rows(
    `SELECT (SELECT json_agg(leads ORDER BY id) FROM leads)::text AS leads,
       (SELECT json_agg(interactions ORDER BY id) FROM interactions)::text AS interactions,
       (SELECT count(*) FROM rescore_runs) AS runs, (SELECT count(*) FROM summary_batches) AS batches`,
  );

const CLAIMS = { role: 'admin', sub: 'someone@example.com', iss: ISSUER, aud: AUDIENCE };
const inSeconds = (seconds: number) => Math.floor(now().getTime() / 1000) + seconds;

const signed = (claims: object = {}, header: object = {}, key = privateKey) =>
  new SignJWT({ ...CLAIMS, exp: inSeconds(600), ...claims })
    .setProtectedHeader({ alg: 'RS256', ...header })
    .sign(key);

const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const unsigned = (alg: string, signature = '') =>
  `${encoded({ alg })}.${encoded({ ...CLAIMS, exp: inSeconds(600) })}.${signature}`;
function withHmac(secret: string): string {
  const content = unsigned('HS256').slice(0, -1);
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}
const valid = () => ({ ...CLAIMS, exp: inSeconds(600) });
/** Signs with the right key, whatever the header claims. */
function signedByHand(header: object, content: string): string {
  const input = `${encoded(header)}.${content}`;
  return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
}
const withPart = (token: string, index: number, part: string) => token.split('.').with(index, part).join('.');

const READ = '{ leads { id } }';
const RULES = rulesInDocument(RULES_OF_VERSION_1);

/** A document for each root field, with the role that it requires. */
const operations = (): readonly (readonly [Role, string])[] => [
  ['viewer', READ],
  ['viewer', `{ lead(id: ${leadId}) { id interactions { notes } interactionsConnection { totalCount } } }`],
  ['viewer', '{ leadsConnection { totalCount nodes { email summaryDetail { isStale } isScoreStale } } }'],
  ['viewer', '{ leadStats { totalCount byStatus { status count } } }'],
  ['viewer', '{ interactions { id } }'],
  ['viewer', `{ interaction(id: ${interactionId}) { id } }`],
  ['viewer', `{ interactionsByLead(leadId: ${leadId}) { id } }`],
  [
    'rep',
    'mutation { createLead(createLeadInput: { firstName: "A", lastName: "B", email: "new@example.com" }) { id } }',
  ],
  ['rep', `mutation { updateLead(updateLeadInput: { id: ${leadId}, company: "New" }) { id } }`],
  ['rep', 'mutation { removeLead(id: 424242) }'],
  [
    'rep',
    `mutation { createInteraction(createInteractionInput: { type: CALL, date: "2026-01-01", leadId: ${leadId} }) { id } }`,
  ],
  [
    'rep',
    `mutation { updateInteraction(updateInteractionInput: { id: ${interactionId}, notes: "New" }) { id } }`,
  ],
  ['rep', 'mutation { removeInteraction(id: 424242) }'],
  ['rep', `mutation { regenerateSummary(id: ${leadId}) { id } }`],
  ['viewer', '{ leadByExternalId(source: "csv", id: "1") { id } }'],
  ['rep', '{ import(id: 1) { id } }'],
  ['rep', '{ imports { nodes { id } } }'],
  ['rep', 'mutation { cancelImport(id: 424242) { id } }'],
  ['rep', 'mutation { undoImport(id: 424242) { keptCount } }'],
  ['admin', 'mutation { recalculateAllScores { count } }'],
  ['admin', 'mutation { cancelRecalculation(id: 424242) { id } }'],
  ['admin', '{ recalculation(id: 1) { id } }'],
  ['admin', '{ recalculations { nodes { id } } }'],
  ['admin', '{ scoringRules { current { version } } }'],
  ['admin', '{ scoreQuality { id } }'],
  ['admin', '{ scoreEvaluation(id: 1) { id } }'],
  ['admin', '{ scoreEvaluations { nodes { id } } }'],
  ['admin', 'mutation { evaluateScores { id } }'],
  ['admin', 'mutation { cancelScoreEvaluation(id: 424242) { id } }'],
  ['admin', `{ previewScoringRules(rules: ${RULES}) { leadCount } }`],
  ['admin', `mutation { saveScoringRulesDraft(rules: ${RULES}) { id } }`],
  ['admin', 'mutation { deleteScoringRulesDraft(id: 9999) }'],
  ['admin', 'mutation { publishScoringRules(id: 9999) { rules { id } } }'],
  ['admin', 'mutation { revertScoringRules(version: 9999) { rules { id } } }'],
  ['admin', 'mutation { regenerateSummaries(limit: 1) { id } }'],
  ['admin', '{ summaryBatch(id: 1) { id } }'],
  ['admin', 'mutation { cancelSummaryBatch(id: 424242) { id } }'],
];

describe('the schema', () => {
  it('requires a role for every field', () => {
    const { schema } = api.app.get(GraphQLSchemaHost, { strict: false });
    const places = Object.values(schema.getTypeMap())
      .filter((type) => isObjectType(type) && !type.name.startsWith('_'))
      .flatMap((type) =>
        isObjectType(type) ? Object.keys(type.getFields()).map((name) => [type, name] as const) : [],
      )
      .filter(
        ([type, name]) => !(type === schema.getQueryType() && ['_service', '_entities'].includes(name)),
      );
    expect(places.length).toBeGreaterThan(150);
    expect(places.filter(([type, name]) => roleOfField(type, name) === undefined).map(String)).toEqual([]);
  });

  it('has no root field that the tests below leave out', () => {
    const { schema } = api.app.get(GraphQLSchemaHost, { strict: false });
    const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.keys(type?.getFields() ?? {}).filter((name) => !name.startsWith('_')),
    );
    const tried = operations().map(([, document]) => /\{ ?(\w+)/.exec(document)?.[1]);
    expect(tried.sort()).toEqual(fields.sort());
  });
});

describe('a role', () => {
  it.each(ROLES)(
    'such as %s permits its operations only, and forbidden ones change nothing',
    async (role) => {
      for (const [needed, document] of operations()) {
        const before = await everything();
        const response = await post(document, bearer(keys[role]));
        if (includesRole(role, needed)) {
          expect([document, codeOf(response)]).not.toEqual([document, 'FORBIDDEN']);
          expect(response.status).toBe(200);
        } else {
          expect([document, response.status, codeOf(response)]).toEqual([document, 403, 'FORBIDDEN']);
          expect(await everything()).toEqual(before);
        }
      }
    },
  );

  it('of a viewer permits the history of a lead, but not who has changed it', async () => {
    const history = (fields: string) => `{ lead(id: ${leadId}) { history { nodes { kind ${fields} } } } }`;
    expect((await post(history('statusAfter'), bearer(keys.viewer))).status).toBe(200);
    expect(codeOf(await post(history('by'), bearer(keys.viewer)))).toBe('FORBIDDEN');
    const nodes: unknown = expect.arrayContaining([{ kind: 'CREATED', by: 'database role postgres' }]);
    expect((await post(history('by'), bearer(keys.rep))).body).toMatchObject({
      data: { lead: { history: { nodes } } },
    });
  });

  it('is checked again if a query was compiled for another caller', async () => {
    const query = '{ recalculations(first: 3) { nodes { id status } } }';
    for (let count = 0; count < 6; count += 1) {
      expect((await post(query, bearer(keys.admin))).status).toBe(200);
    }
    for (let count = 0; count < 3; count += 1) {
      expect(codeOf(await post(query, bearer(keys.viewer)))).toBe('FORBIDDEN');
      expect(codeOf(await post(query))).toBe('UNAUTHENTICATED');
    }
  });

  it.each<[string, unknown, number]>([
    ['a string', 'viewer', 200],
    ['one of a list', ['other', 'viewer'], 200],
    ['the highest of a list', ['viewer', 'admin'], 200],
    ['undefined', undefined, 403],
    ['an unknown name', 'root', 403],
    ['a name in another letter case', 'ADMIN', 403],
    ['an object', { admin: true }, 403],
    ['a list of lists', [['admin']], 403],
    ['a property of Object.prototype', 'constructor', 403],
    ['__proto__', '__proto__', 403],
    ['true', true, 403],
  ])('that a token contains as %s counts only if it is valid', async (_, role, status) => {
    expect((await post(READ, bearer(await signed({ role })))).status).toBe(status);
  });
});

describe('a token', () => {
  it('that the issuer signed is accepted after Bearer in any letter case', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      expect((await post(READ, { authorization: `${scheme} ${await signed()}` })).status).toBe(200);
    }
    expect((await post(READ, bearer(await signed({ aud: ['other', AUDIENCE] })))).status).toBe(200);
    const byHand = signedByHand({ alg: 'RS256' }, encoded(valid()));
    expect((await post(READ, bearer(byHand))).status).toBe(200);
  });

  const forged: Record<string, () => string | Promise<string>> = {
    'with alg none': () => unsigned('none'),
    'with alg NONE': () => unsigned('NONE'),
    'with alg nOnE': () => unsigned('nOnE'),
    'with an empty alg': () => unsigned(''),
    'with alg none and a signature': () => unsigned('none', 'AAAA'),
    'signed with the public key as HMAC secret': () => withHmac(PEM),
    'signed with the trimmed public key as HMAC secret': () => withHmac(PEM.trim()),
    'signed with an empty HMAC secret': () => withHmac(''),
    'signed with another private key': () => signed({}, {}, stranger),
    'with a key of its own (jwk)': async () =>
      signed({}, { jwk: await exportJWK(stranger), kid: 'mine' }, stranger),
    'with an address of its own keys (jku)': () => signed({}, { jku: 'http://127.0.0.1:9/keys' }, stranger),
    'with an address of its own certificate (x5u)': () =>
      signed({}, { x5u: 'http://127.0.0.1:9/x' }, stranger),
    'with a path as key id (kid)': () => signed({}, { kid: '../../../../dev/null' }, stranger),
    'with a signature of zeros': () => unsigned('ES256', Buffer.alloc(64).toString('base64url')),
    'without its signature': async () => withPart(await signed(), 2, ''),
    'of two parts': async () => (await signed()).split('.').slice(0, 2).join('.'),
    'with claims changed after signing': async () =>
      withPart(await signed({ role: 'viewer' }), 1, encoded({ ...CLAIMS, exp: inSeconds(600) })),
    'with a header changed after signing': async () => withPart(await signed(), 0, encoded({ alg: 'PS256' })),
    'that has expired': () => signed({ exp: inSeconds(-60) }),
    'that is not valid yet': () => signed({ nbf: inSeconds(60) }),
    'that never expires': () => signed({ exp: undefined }),
    'with a string as expiry': () => signed({ exp: '9999999999' }),
    'from another issuer': () => signed({ iss: 'https://login.example.org/' }),
    'without an issuer': () => signed({ iss: undefined }),
    'with a list of issuers': () => signed({ iss: [ISSUER] }),
    'for another audience': () => signed({ aud: 'other' }),
    'for a list of other audiences': () => signed({ aud: ['other', 'another'] }),
    'without an audience': () => signed({ aud: undefined }),
    'without a subject': () => signed({ sub: undefined }),
    'with an empty subject': () => signed({ sub: '' }),
    'with unknown critical extensions (crit)': () =>
      signedByHand({ alg: 'RS256', crit: ['x'], x: 1 }, encoded(valid())),
    'with an unencoded payload (b64)': () =>
      signedByHand({ alg: 'RS256', b64: false, crit: ['b64'] }, encoded(valid())),
    'that is encrypted': () => `${encoded({ alg: 'dir', enc: 'A256GCM' })}..AAAA.AAAA.AAAA`,
    'that is very long': async () => signed({ more: 'x'.repeat(9_000) }),
    'of invalid characters': () => '%%%.%%%.%%%',
    'of dots only': () => '..',
    'with invalid JSON': () => `${Buffer.from('{').toString('base64url')}.e30.AAAA`,
    'with null as header and payload': () => `${Buffer.from('null').toString('base64url')}.bnVsbA.AAAA`,
  };
  it.each(Object.entries(forged))('%s is rejected with the same message as any other', async (_, forge) => {
    const before = await everything();
    const token = await forge();
    const response = await post('mutation { recalculateAllScores { count } }', bearer(token));
    expect([response.status, codeOf(response)]).toEqual([401, 'UNAUTHENTICATED']);
    expect(response.headers['www-authenticate']).toBe('Bearer');
    expect(response.headers['x-request-id']).toMatch(/./);
    expect((response.body as { errors: { message: string }[] }).errors[0]?.message).toBe(
      'Requires a valid API key or token in the header Authorization: Bearer ….',
    );
    expect(await everything()).toEqual(before);
  });

  it.each(['', 'Basic YTpi', 'Bearer', 'Bearer a b', 'Token x'])(
    'is missing if the header is %j',
    async (authorization) => {
      expect((await post(READ, { authorization })).status).toBe(401);
    },
  );

  it('in one of two Authorization headers is rejected, even if both are valid', async () => {
    const answer = await fetchRaw([
      `Authorization: Bearer ${keys.admin}`,
      `Authorization: Bearer ${keys.viewer}`,
    ]);
    expect(answer).toBe(401);
    expect(await fetchRaw([`Authorization: Bearer ${keys.admin}`])).toBe(200);
  });
});

/** Sends header lines unchanged, duplicates included. @returns the HTTP status */
async function fetchRaw(headers: readonly string[]): Promise<number> {
  const { connect: connectTo } = await import('node:net');
  const { port } = api.app.getHttpServer().address() as AddressInfo;
  const body = JSON.stringify({ query: READ });
  return new Promise((resolve, reject) => {
    const socket = connectTo(port, '127.0.0.1');
    socket.on('error', reject).once('data', (chunk: Buffer) => {
      socket.destroy();
      resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(chunk.toString())?.[1]));
    });
    const head = [
      'POST /graphql HTTP/1.1',
      'Host: x',
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    ];
    socket.write([...head, ...headers, '', body].join('\r\n'));
  });
}

describe('keys from a JWKS address', () => {
  let server: Server;
  let served: object[] | null = [];
  let fetchCount = 0;
  let settings: ConstructorParameters<typeof TokenVerifier>[0];
  const next = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicOf = async (key: typeof publicKey, kid: string) => ({ ...(await exportJWK(key)), kid });
  const times = { timeoutMs: 1_000, cooldownMs: 0, maxAgeMs: 600_000 };

  beforeAll(async () => {
    server = createServer((_, response) => {
      fetchCount += 1;
      if (served === null) response.writeHead(500).end();
      else response.end(JSON.stringify({ keys: served }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    settings = {
      keys: { jwksUrl: `http://127.0.0.1:${port}/` },
      issuer: ISSUER,
      audience: AUDIENCE,
      roleClaim: 'role',
    };
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('may change while the server runs', async () => {
    served = [await publicOf(publicKey, 'one')];
    const verifier = new TokenVerifier(settings, times);
    const old = await signed({}, { kid: 'one' });
    const fresh = await signed({}, { kid: 'two', alg: 'ES256' }, next.privateKey);
    expect((await verifier.authenticate(old)).caller.role).toBe('admin');
    await expect(verifier.authenticate(fresh)).rejects.toThrow('ERR_JWKS_NO_MATCHING_KEY');
    served = [await publicOf(next.publicKey, 'two')];
    expect((await verifier.authenticate(fresh)).caller.key).toMatch(/^jwt:[\w-]{22}$/);
    await expect(verifier.authenticate(old)).rejects.toThrow('ERR_JWKS_NO_MATCHING_KEY');
  });

  it('without key ids may change and be served together', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const [first, second] = await Promise.all([publicKey, other.publicKey].map((key) => exportJWK(key)));
    const old = await signed();
    const fresh = await signed({}, {}, other.privateKey);
    const verifier = new TokenVerifier(settings, times);
    served = [first ?? {}];
    expect((await verifier.authenticate(old)).caller.role).toBe('admin');
    await expect(verifier.authenticate(fresh)).rejects.toThrow('ERR_JWS_SIGNATURE_VERIFICATION_FAILED');
    served = [second ?? {}];
    expect((await verifier.authenticate(fresh)).caller.role).toBe('admin');
    served = [first ?? {}, second ?? {}];
    for (const token of [old, fresh]) {
      expect((await verifier.authenticate(token)).caller.role).toBe('admin');
    }
    await expect(verifier.authenticate(await signed({}, {}, stranger))).rejects.toThrow(
      'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    );
    await expect(verifier.authenticate(await signed({ aud: 'other' }))).rejects.toThrow('claim aud');
  });

  it('are fetched at most twice for many forged tokens, even if the fetch fails', async () => {
    served = [await exportJWK(publicKey)];
    const forged = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        signed({}, index % 2 === 0 ? {} : { kid: `forged-${index}` }, stranger),
      ),
    );
    const verifier = new TokenVerifier(settings, { ...times, cooldownMs: 60_000 });
    fetchCount = 0;
    for (const token of forged) await expect(verifier.authenticate(token)).rejects.toThrow('ERR_J');
    expect(fetchCount).toBe(1);
    served = null;
    const without = new TokenVerifier(settings, times);
    fetchCount = 0;
    for (const token of forged) {
      await expect(without.authenticate(token)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    }
    expect(fetchCount).toBeLessThanOrEqual(2);
  });

  it('reject a token that has their key id but another signature', async () => {
    served = [await publicOf(publicKey, 'one')];
    const verifier = new TokenVerifier(settings, times);
    await expect(verifier.authenticate(await signed({}, { kid: 'one' }, stranger))).rejects.toThrow(
      'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    );
    await expect(verifier.authenticate(unsigned('none'))).rejects.toThrow('ERR_JOSE_ALG_NOT_ALLOWED');
  });

  it('that cannot be fetched cause SERVICE_UNAVAILABLE, not UNAUTHENTICATED', async () => {
    served = null;
    const down = await startApi(
      {
        AUTH_JWKS_URL: 'jwksUrl' in settings.keys ? settings.keys.jwksUrl : '',
        AUTH_ISSUER: ISSUER,
        AUTH_AUDIENCE: AUDIENCE,
      },
      api.databaseUrl,
    );
    const response = await post(READ, bearer(await signed()), down);
    expect([response.status, codeOf(response)]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect((await post(READ, bearer(keys.viewer), down)).status).toBe(200);
    others.push(down);
  });
});

describe('an API key', () => {
  it('is rejected if its secret belongs to another key or differs slightly', async () => {
    const [, viewerId] = keys.viewer.split('_');
    const adminSecret = keys.admin.slice(keys.admin.indexOf('_', 4) + 1);
    for (const key of [
      `lsk_${viewerId}_${adminSecret}`,
      `lsk_999999_${adminSecret}`,
      `lsk_99999999999_${adminSecret}`,
      `lsk_1'--_${adminSecret}`,
      `${keys.admin}x`,
      keys.admin.slice(0, -1),
      keys.admin.toUpperCase(),
      'lsk_',
    ]) {
      expect([key, (await post(READ, bearer(key))).status]).toEqual([key, 401]);
    }
  });

  it('stops working within seconds after it is revoked, on a socket too', async () => {
    const key = await withApiKeyStore(api.databaseUrl, (store) => store.create('brief', 'viewer'));
    expect((await post(READ, bearer(key))).status).toBe(200);
    const socket = open({ authorization: `Bearer ${key}` });
    expect(await socket.ask(READ)).toMatchObject({ data: { leads: expect.any(Array) as unknown } });
    await withApiKeyStore(api.databaseUrl, (store) => store.revoke('brief'));
    expect(await socket.closed).toEqual([4403, 'The API key was revoked']);
    expect((await post(READ, bearer(key))).status).toBe(401);
  }, 20_000);

  it('is not stored in the database in plain text', async () => {
    const [row] = await database.rows<{ all: string }>(
      'SELECT json_agg(api_keys)::text AS "all" FROM api_keys',
    );
    const secret = keys.admin.slice(-43);
    expect(row?.all).not.toContain(secret);
    expect(row?.all).not.toContain(Buffer.from(secret).toString('hex'));
  });
});

describe('a federation router', () => {
  const SDL = '{ a: _service { b: sdl } }';
  const ENTITY = () =>
    `{ _entities(representations: [{ __typename: "Lead", id: "${leadId}" }]) { ... on Lead { email } } }`;
  const router = { 'router-authorization': ROUTER_SECRET };

  it('is authenticated by the router secret only', async () => {
    expect((await post(SDL, router)).status).toBe(200);
    expect(codeOf(await post(SDL))).toBe('UNAUTHENTICATED');
    expect(codeOf(await post(SDL, { 'router-authorization': `${ROUTER_SECRET}x` }))).toBe('UNAUTHENTICATED');
    expect(codeOf(await post(SDL, bearer(keys.admin)))).toBe('FORBIDDEN');
    expect(
      codeOf(
        await post(`{ leads { id } ... on Query { ...F } } fragment F on Query ${SDL}`, bearer(keys.admin)),
      ),
    ).toBe('FORBIDDEN');
  });

  it('forwards the credential of the caller, whose role must permit the entities', async () => {
    expect((await post(ENTITY(), { ...router, ...bearer(keys.viewer) })).body).toEqual({
      data: { _entities: [{ email: 'first@example.com' }] },
    });
    expect(codeOf(await post(ENTITY(), router))).toBe('UNAUTHENTICATED');
    expect(codeOf(await post(ENTITY(), bearer(keys.admin)))).toBe('FORBIDDEN');
    expect(codeOf(await post(ENTITY(), { ...router, ...bearer('nothing') }))).toBe('UNAUTHENTICATED');
    expect(codeOf(await post(`{ _service { sdl } leads { id } }`, router))).toBe('UNAUTHENTICATED');
  });

  it('is rejected in production if no secret is set', async () => {
    const without = await startApi(
      {
        NODE_ENV: 'production',
        DATABASE_URL: 'postgres://not-used.example.com/crm',
        SUMMARY_PROVIDER: 'template',
      },
      api.databaseUrl,
    );
    expect(codeOf(await post(SDL, bearer(keys.admin), without))).toBe('FORBIDDEN');
    expect(codeOf(await post(SDL, { ...bearer(keys.admin), 'router-authorization': '' }, without))).toBe(
      'FORBIDDEN',
    );
    others.push(without);
  });

  it('is not recognized on a socket', async () => {
    const socket = open({ authorization: `Bearer ${keys.admin}` }, router);
    expect(await socket.ask('{ _service { sdl } }')).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    await socket.dispose();
  });
});

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly unknown[];
}

function open(connectionParams: Record<string, unknown>, headers: Record<string, string> = {}, server = api) {
  class SocketWithHeaders extends WebSocket {
    constructor(address: string, protocols: string | string[]) {
      super(address, protocols, { headers });
    }
  }
  const { port } = server.app.getHttpServer().address() as AddressInfo;
  let onClosed: (event: [number, string]) => void;
  const closed = new Promise<[number, string]>((resolve) => (onClosed = resolve));
  const client = createClient({
    url: `ws://127.0.0.1:${port}/graphql`,
    webSocketImpl: SocketWithHeaders,
    connectionParams,
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => undefined,
    on: {
      closed: (event) => {
        const { code, reason } = event as { code: number; reason: string };
        onClosed([code, reason]);
      },
    },
  });
  return {
    closed,
    ask: async (query: string): Promise<Answer> => {
      try {
        for await (const answer of client.iterate({ query })) return answer;
        return {};
      } catch (error) {
        // An operation rejected before execution arrives as a protocol error that contains the GraphQL errors.
        if (Array.isArray(error)) return { errors: error as Answer['errors'] };
        throw error;
      }
    },
    watch: (query: string) => client.iterate({ query }) as AsyncIterableIterator<Answer>,
    dispose: () => client.dispose(),
  };
}

describe('a socket', () => {
  it.each<[string, () => Record<string, unknown>, () => Record<string, string>]>([
    ['no credential', () => ({}), () => ({})],
    ['a wrong key', () => ({ authorization: 'Bearer lsk_1_x' }), () => ({})],
    ['a forged token', () => ({ authorization: `Bearer ${unsigned('none')}` }), () => ({})],
    ['an authorization that is not a string', () => ({ authorization: { toString: 'x' } }), () => ({})],
    ['two different keys', () => ({ authorization: `Bearer ${keys.admin}` }), () => bearer(keys.viewer)],
    ['the router secret alone', () => ({}), () => ({ 'router-authorization': ROUTER_SECRET })],
  ])('with %s is closed as forbidden', async (_, params, headers) => {
    expect(await open(params(), headers()).closed).toEqual([4403, 'Forbidden']);
  });

  it('accepts credentials in its request header or its first message', async () => {
    for (const socket of [
      open({}, bearer(keys.viewer)),
      open({ Authorization: `Bearer ${keys.viewer}` }),
      open({ authorization: `Bearer ${await signed({ role: 'viewer' })}` }),
    ]) {
      expect(await socket.ask(READ)).toMatchObject({ data: { leads: expect.any(Array) as unknown } });
      await socket.dispose();
    }
  });

  it.each(ROLES)('checks each operation for the role %s, as HTTP does', async (role) => {
    const socket = open({ authorization: `Bearer ${keys[role]}` });
    const all = [
      ...operations(),
      ['admin', 'subscription { recalculationProgress(id: 424242) { id } }'] as const,
      ['admin', 'subscription { summaryBatchProgress(id: 424242) { id } }'] as const,
    ];
    for (const [needed, document] of all.filter(
      ([operationRole]) =>
        !includesRole(role, operationRole) || !/new@|regenerateSumm|recalc/.test(operationRole),
    )) {
      if (includesRole(role, needed) && document.includes('mutation')) continue;
      const before = await everything();
      const { errors = [] } = await socket.ask(document);
      const codes = errors.map((error) => (error as { extensions: { code: string } }).extensions.code);
      if (includesRole(role, needed)) expect(codes).not.toContain('FORBIDDEN');
      else {
        expect([document, codes]).toEqual([document, ['FORBIDDEN']]);
        expect(await everything()).toEqual(before);
      }
    }
    await socket.dispose();
  });

  it('is closed when its token expires', async () => {
    const socket = open({ authorization: `Bearer ${await signed({ role: 'viewer', exp: inSeconds(-2) })}` });
    expect(await socket.ask(READ)).toMatchObject({ data: {} });
    expect(await socket.closed).toEqual([4403, 'The token has expired']);
  }, 20_000);

  it('receives no progress of a recalculation without the required role', async () => {
    const id = await recalculated();
    const watch = `subscription { recalculationProgress(id: ${id}) { id } }`;
    const admin = open({ authorization: `Bearer ${keys.admin}` });
    expect(await admin.ask(watch)).toEqual({ data: { recalculationProgress: { id } } });
    const rep = open({ authorization: `Bearer ${keys.rep}` });
    expect(await rep.ask(watch)).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    await admin.dispose();
    await rep.dispose();
  });

  it('of the example client sends the same credential as its requests', async () => {
    const id = await recalculated();
    const url = `${await api.app.getUrl()}/graphql`;
    const { client, close } = createApiClient(url, WebSocket, keys.admin);
    const { data } = await client.query({ query: parse('{ recalculations(first: 1) { nodes { id } } }') });
    expect(data).toMatchObject({ recalculations: { nodes: [{ id }] } });
    const watch = parse(`subscription { recalculationProgress(id: ${id}) { id } }`);
    const event = await new Promise((resolve, reject) => {
      client.subscribe({ query: watch }).subscribe({ next: resolve, error: reject });
    });
    expect(event).toMatchObject({ data: { recalculationProgress: { id } } });
    await close();
  });

  it('is closed when its token expires during a subscription', async () => {
    const socket = open({ authorization: `Bearer ${await signed()}` });
    const events = socket.watch('subscription { recalculationProgress { id } }');
    let hasReceived = false;
    const first = events.next().finally(() => (hasReceived = true));
    // The first recalculations may end before the subscription starts.
    await until(async () => {
      await recalculated();
      return hasReceived;
    });
    expect(await first).toMatchObject({
      value: { data: { recalculationProgress: { id: expect.any(String) as unknown } } },
    });
    const access = api.app.get(SocketAccess, { strict: false });
    await access.closeOutdated();
    expect(await socket.ask('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
    try {
      vi.useFakeTimers({ now: inSeconds(700) * 1000, toFake: ['Date'] });
      await access.closeOutdated();
    } finally {
      vi.useRealTimers();
    }
    expect(await socket.closed).toEqual([4403, 'The token has expired']);
    await expect(drained(events)).rejects.toMatchObject({ code: 4403 });
  });
});

/** Recalculates all scores. @returns the id of the recalculation */
async function recalculated(): Promise<string> {
  expect((await post('mutation { recalculateAllScores { count } }', bearer(keys.admin))).body).toMatchObject({
    data: { recalculateAllScores: { count: expect.any(Number) as unknown } },
  });
  const response = await post('{ recalculations(first: 1) { nodes { id } } }', bearer(keys.admin));
  const { data } = response.body as { data: { recalculations: { nodes: { id: string }[] } } };
  const [recalculation] = data.recalculations.nodes;
  return recalculation?.id ?? '';
}

async function drained(events: AsyncIterableIterator<Answer>): Promise<void> {
  for await (const event of events) expect(event).not.toHaveProperty('errors');
}

describe('a server without authentication', () => {
  let off: Api;
  beforeAll(async () => {
    off = await startApi({}, api.databaseUrl);
    await off.app.listen(0, '127.0.0.1');
  });
  afterAll(() => {
    others.push(off);
  });

  it.each(['attacker.example.com', 'localhost.example.com', '127.0.0.1.nip.io:80', '10.0.0.1'])(
    'rejects requests to the host %s, over a socket too',
    async (host) => {
      const response = await post(READ, { host }, off);
      expect([response.status, codeOf(response)]).toEqual([403, 'FORBIDDEN']);
      expect(await open({}, { host }, off).closed).toEqual([4403, 'Forbidden']);
    },
  );

  it.each(['localhost', 'localhost:3000', '127.0.0.1:3000', '[::1]:3000'])(
    'answers requests to the host %s',
    async (host) => {
      expect((await post('{ recalculations { nodes { id } } }', { host }, off)).status).toBe(200);
    },
  );
});

describe('an unauthenticated request', () => {
  it('is rejected before its body is read, in every form', async () => {
    vi.restoreAllMocks();
    const server = api.app.getHttpServer();
    expect(
      (await request(server).post('/graphql').set('content-type', 'application/json').send('{')).status,
    ).toBe(401);
    expect(
      (
        await request(server)
          .post('/graphql')
          .send({ query: 'x'.repeat(2_000_000) })
      ).status,
    ).toBe(401);
    expect((await request(server).get('/graphql').query({ query: READ })).status).toBe(401);
    expect((await request(server).get('/graphql').set('accept', 'text/html')).status).toBe(401);
    expect((await request(server).post('/graphql?x=1').send({ query: READ })).status).toBe(401);
    expect((await request(server).get('/health')).status).toBe(200);
  });
});
