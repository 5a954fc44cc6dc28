import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverAudits } from 'graphql-http';
import request from 'supertest';
import { type Api, startApi } from '../support/api.js';

let api: Api;
let url: string;

beforeAll(async () => {
  api = await startApi();
  await api.app.listen(0, '127.0.0.1');
  url = `${await api.app.getUrl()}/graphql`;
});
afterAll(() => api.close());

/** The public audit of the specification "GraphQL over HTTP". */
const AUDITS = serverAudits({ url: () => url, fetchFn: fetch });

describe('the audit of GraphQL over HTTP', () => {
  it('contains every check', () => {
    const count = (level: string) => AUDITS.filter(({ name }) => name.startsWith(level)).length;
    expect([count('MUST'), count('SHOULD'), count('MAY')]).toEqual([13, 23, 25]);
  });

  it.each(AUDITS.map((audit) => [audit.name, audit] as const))('%s', async (_, audit) => {
    expect(await audit.fn()).toMatchObject({ status: 'ok' });
  });
});

describe('a request from another site', () => {
  const query = `?query=${encodeURIComponent('{ __typename }')}`;
  // `fetch` would add Sec-Fetch headers.
  const get = (headers: Record<string, string>) =>
    request(api.app.getHttpServer()).get(`/graphql${query}`).set(headers);

  it('may read if it accepts JSON, as programs do', async () => {
    const answer = await get({ accept: 'application/json' });
    expect([answer.status, answer.body]).toEqual([200, { data: { __typename: 'Query' } }]);
  });

  it.each<[string, Record<string, string>]>([
    ['a link or an image', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }],
    ['any media type', { accept: '*/*', 'sec-fetch-mode': 'no-cors' }],
    ['a script of another site', { accept: 'application/json', 'sec-fetch-site': 'cross-site' }],
    [
      'a script of the same site, on another origin',
      { accept: 'application/json', 'sec-fetch-site': 'same-site' },
    ],
  ])('is rejected as forgery: %s', async (_, headers) => {
    expect((await get(headers)).status).toBe(400);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'is rejected if it sends a form: %s',
    async (type) => {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': type, accept: 'application/json' },
        body: '{"query":"mutation { removeLead(id: 1) }"}',
      });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    },
  );

  it('never changes data by GET', async () => {
    const mutation = `?query=${encodeURIComponent('mutation { recalculateAllScores { count } }')}`;
    const answer = await fetch(url + mutation, { headers: { accept: 'application/json' } });
    expect(answer.status).toBe(405);
  });
});

describe('a response', () => {
  it.each(['{ leads { id } }', '{ nonsense }', 'mutation { removeLead(id: 1) }'])(
    'is not cached: %s',
    async (query) => {
      const answer = await request(api.app.getHttpServer()).post('/graphql').send({ query });
      expect(answer.headers['cache-control']).toBe('no-store');
    },
  );
});

describe('the status of an invalid document', () => {
  const statusFor = async (accept: string | undefined) =>
    (
      await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(accept === undefined ? {} : { accept }) },
        body: '{"query":"{"}',
      })
    ).status;

  it.each([
    ['application/json', 200],
    ['application/json; charset=utf-8', 200],
    ['application/graphql-response+json', 400],
    ['application/graphql-response+json, application/json;q=0.9', 400],
    ['*/*', 400],
  ])('for a client that accepts %s is %i', async (accept, status) => {
    expect(await statusFor(accept)).toBe(status);
  });
});
