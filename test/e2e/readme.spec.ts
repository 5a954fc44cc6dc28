import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { settingNames } from '../../src/config/settings.js';
import { DemoService } from '../../src/demo/demo.service.js';
import request from 'supertest';
import { type Api, startApi } from '../support/api.js';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

interface Step {
  readonly request: { readonly query: string; readonly variables?: Record<string, unknown> };
  /** As shown. */
  readonly answer: string;
}

/** Each curl of the README with the answer that stands below it. */
const TOUR: Step[] = [
  ...README.matchAll(/```sh\ncurl [^`]*?-d '([^`]*?)'\n```\n\n```json\n([^`]*?)\n```/g),
].map(([, body = '', answer = '']) => ({ request: JSON.parse(body) as Step['request'], answer }));

/** Each curl that only looks at an address, likewise. */
const LOOKS = [
  ...README.matchAll(/```sh\ncurl -s http:\/\/localhost:3000(\/\S+)\n```\n\n```json\n([^`]*?)\n```/g),
].map(([, path = '', answer = '']) => ({ path, answer }));

/** Days and instants are other ones whenever somebody follows the tour. */
const withoutDates = (text: string) =>
  text
    .replace(/\d{4}-\d\d-\d\d(T[\d:.]+Z)?/g, 'DATE')
    .replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'ID');

describe('the README', () => {
  let api: Api;
  beforeAll(async () => {
    api = await startApi();
    await api.app.get(DemoService, { strict: false }).load();
  });
  afterAll(() => api.close());

  it('shows an answer below every curl', () => {
    expect(TOUR.length).toBeGreaterThanOrEqual(7);
    expect(TOUR.length + LOOKS.length).toBe(README.match(/^curl /gm)?.length ?? 0);
  });

  it.each(TOUR)(
    'shows what the server really answers: $request.query',
    async ({ request: { query, variables }, answer }) => {
      const actual = await api.send(query, variables);
      expect(withoutDates(JSON.stringify(actual))).toBe(withoutDates(answer));
    },
  );

  it.each(LOOKS)('shows what stands at $path', async ({ path, answer }) => {
    expect((await request(api.app.getHttpServer()).get(path)).text).toBe(answer);
  });

  it('names every setting, and no other', () => {
    const named = [...README.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name);
    expect(named).toEqual(settingNames);
  });
});
