import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import request from 'supertest';
import { isOwnOrigin } from '../../src/common/origins.js';
import { type Api, startApi } from '../support/api.js';
import { answersTo, connectSocket } from '../support/websocket.js';

/** The Accept header of a browser that opens a page. */
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';

const ASSETS = readdirSync(path.resolve(import.meta.dirname, '..', '..', 'dist', 'graphiql', 'assets'));

let api: Api;
let production: Api;
beforeAll(async () => {
  api = await startApi();
  production = await startApi({
    NODE_ENV: 'production',
    DATABASE_URL: 'postgres://unused/unused',
    SUMMARY_PROVIDER: 'template',
  });
});
afterAll(async () => {
  await production.close();
  await api.close();
});

const get = (target: string, headers: Record<string, string> = {}, of = api) =>
  request(of.app.getHttpServer()).get(target).set(headers);

const policyOf = (headers: Record<string, string>) =>
  Object.fromEntries(
    (headers['content-security-policy'] ?? '').split('; ').map((directive) => {
      const [name = '', ...values] = directive.split(' ');
      return [name, values.join(' ')];
    }),
  );

describe('GET /graphql', () => {
  it('answers a browser with the page', async () => {
    const { status, headers, text } = await get('/graphql', { accept: BROWSER });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect(headers.vary?.split(', ')).toContain('Accept');
    expect(text).toContain('<title>Lead-scoring API: GraphiQL</title>');
  });

  it('allows the page only content from this server', async () => {
    const { headers } = await get('/graphql', { accept: BROWSER });
    const { 'style-src': styles, ...others } = policyOf(headers);
    expect(others).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'worker-src': "'self'",
      'connect-src': "'self'",
      'style-src-attr': "'unsafe-inline'",
      'font-src': "'self' data:",
      'img-src': "'self' data:",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    });
    expect(styles).toMatch(/^'self' 'nonce-[\w-]{24}'$/);
  });

  it('puts a new nonce into every page and its policy', async () => {
    const nonces = await Promise.all(
      [1, 2].map(async () => {
        const { headers, text } = await get('/graphql', { accept: BROWSER });
        const [, nonce = 'none'] = / nonce="([^"]+)"/.exec(text) ?? [];
        expect(headers['content-security-policy']).toContain(`'nonce-${nonce}'`);
        return nonce;
      }),
    );
    expect(new Set(nonces).size).toBe(2);
  });

  it('sends a page that refers only to the assets and has no inline script', async () => {
    const { text } = await get('/graphql', { accept: BROWSER });
    const references = [...text.matchAll(/ (?:src|href)="([^"]+)"/g)].map(([, reference]) => reference);
    expect(references.length).toBeGreaterThanOrEqual(3);
    for (const reference of references) {
      expect(reference).toMatch(/^\/graphiql\/assets\/[\w.-]+$/);
      expect((await get(reference ?? '')).status).toBe(200);
    }
    expect(text).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+=/);
  });

  it.each<[string, string, Record<string, string>]>([
    ['an operation', '?query=%7B__typename%7D', { accept: BROWSER }],
    ['a persisted operation', '?extensions=%7B%7D', { accept: BROWSER }],
    ['a request that accepts anything', '', { accept: '*/*' }],
    ['a request that accepts JSON', '', { accept: 'application/json' }],
    ['a request that accepts JSON and HTML', '', { accept: 'application/graphql-response+json, text/html' }],
  ])('passes %s to Apollo', async (_, search, headers) => {
    const answer = await get(`/graphql${search}`, headers);
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toMatch(/json/);
    expect(answer.headers.vary?.split(', ')).toContain('Accept');
  });

  it('does not apply to a POST, even from a browser', async () => {
    const answer = await request(api.app.getHttpServer())
      .post('/graphql')
      .set('accept', BROWSER)
      .send({ query: '{ __typename }' });
    expect([answer.status, answer.body]).toEqual([200, { data: { __typename: 'Query' } }]);
    expect(answer.headers['content-security-policy']).toBe("default-src 'none';frame-ancestors 'none'");
  });

  it('returns neither the page nor its assets in production', async () => {
    const answer = await get('/graphql', { accept: BROWSER }, production);
    expect(answer.status).toBe(401);
    expect(answer.text).not.toContain('<html');
    for (const name of ASSETS) {
      expect((await get(`/graphiql/assets/${name}`, {}, production)).status).toBe(404);
    }
  });
});

describe('GET /graphiql/assets', () => {
  it.each([
    ['.js', 'text/javascript; charset=utf-8'],
    ['.css', 'text/css; charset=utf-8'],
    ['.ttf', 'font/ttf'],
    ['.svg', 'image/svg+xml'],
  ])('returns every %s file as immutable %s, with its own policy', async (extension, type) => {
    const names = ASSETS.filter((name) => name.endsWith(extension));
    expect(names.length).toBeGreaterThanOrEqual(1);
    for (const name of names) {
      const { status, headers } = await get(`/graphiql/assets/${name}`);
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'content-type': type,
        'cache-control': 'public, max-age=31536000, immutable',
        'content-security-policy': "default-src 'none'; script-src 'self'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
      });
    }
  });

  it('contains only known file types, with a hash in each name', () => {
    expect(ASSETS.filter((name) => !/-[\w-]{8}\.(js|css|ttf|svg)$/.test(name))).toEqual([]);
  });

  it.each([
    'index-00000000.js',
    '',
    '..%2Findex.html',
    '..%2F.made-of',
    '%2e%2e%2f%2e%2e%2f%2e%2e%2fpackage.json',
    '..%5C..%5Cpackage.json',
    '%2Fetc%2Fpasswd',
    'index.html%00.js',
    '__proto__',
  ])('returns 404 for %p', async (name) => {
    const { status, headers } = await get(`/graphiql/assets/${name}`);
    expect(status).toBe(404);
    expect(headers['cache-control']).not.toContain('immutable');
  });
});

describe('the WebSocket of the page', () => {
  it('opens regardless of CORS_ORIGINS, but for no other page of this machine', async () => {
    const strict = await startApi({ CORS_ORIGINS: 'https://crm.example.com' });
    await strict.app.listen(0, '127.0.0.1');
    const own = await strict.app.getUrl();
    const ask = async (origin: string) => {
      const client = connectSocket(`${own}/graphql`, origin);
      try {
        return (await answersTo(client, '{ __typename }').next()).value as unknown;
      } catch (error) {
        return error;
      } finally {
        await client.dispose();
      }
    };
    expect(await ask(own)).toEqual({ data: { __typename: 'Query' } });
    expect(await ask('http://127.0.0.1:1')).toMatchObject({ code: 4403 });
    await strict.close();
  });

  it.each([
    ['http://localhost:3000', 'localhost:3000', true],
    ['http://192.168.1.5:3000', '192.168.1.5:3000', true],
    ['http://[::1]:3000', '[::1]:3000', true],
    ['http://localhost:3000', 'localhost:3001', false],
    // A name that a site has pointed at this machine (DNS rebinding).
    ['http://evil.example:3000', 'evil.example:3000', false],
    ['http://127.0.0.1.evil.example:3000', '127.0.0.1.evil.example:3000', false],
    ['null', 'localhost:3000', false],
    ['http://localhost:3000', undefined, false],
  ])('is same-origin from %s to %s: %p', (origin, host, isOwn) => {
    expect(isOwnOrigin(origin, host)).toBe(isOwn);
  });
});
