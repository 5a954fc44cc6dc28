import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DemoService } from '../../src/demo/demo.service.js';
import request from 'supertest';
import { type Api, startApi } from '../support/api.js';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

const README = read('README.md');

/** In the order in which a reader follows the tour. */
const DOCUMENTS = README + read('docs/api.md');

interface Step {
  readonly request: { readonly query: string; readonly variables?: Record<string, unknown> };
  /** As the document shows it. */
  readonly answer: string;
}

/** Each curl of the documents with the answer below it. */
const TOUR: Step[] = [
  ...DOCUMENTS.matchAll(/```sh\ncurl [^`]*?-d '([^`]*?)'\n```\n\n```json\n([^`]*?)\n```/g),
].map(([, body = '', answer = '']) => ({ request: JSON.parse(body) as Step['request'], answer }));

/** Each curl of a plain address with the answer below it. */
const PLAIN_GETS = [
  ...DOCUMENTS.matchAll(/```sh\ncurl -s http:\/\/localhost:3000(\/\S+)\n```\n\n```json\n([^`]*?)\n```/g),
].map(([, path = '', answer = '']) => ({ path, answer }));

/** Dates and ids differ each time. */
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
    expect(TOUR.length + PLAIN_GETS.length).toBe(DOCUMENTS.match(/^curl /gm)?.length ?? 0);
  });

  it.each(TOUR)(
    'shows the actual response: $request.query',
    async ({ request: { query, variables }, answer }) => {
      const actual = await api.send(query, variables);
      expect(withoutDates(JSON.stringify(actual))).toBe(withoutDates(answer));
    },
  );

  it.each(PLAIN_GETS)('shows the actual response of $path', async ({ path, answer }) => {
    expect((await request(api.app.getHttpServer()).get(path)).text).toBe(answer);
  });

  it('has at most 200 lines', () => {
    expect(README.split('\n').length).toBeLessThanOrEqual(201);
  });
});

/** The anchor of a heading, as GitHub makes it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const FILES = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(new URL('../../docs', import.meta.url))
    .filter((name) => name.endsWith('.md') && name !== 'schema.md')
    .map((name) => `docs/${name}`),
];

it.each(FILES)('the links of %s lead to files and headings that exist', (file) => {
  const text = read(file).replace(/```[^]*?```/g, '');
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
  const broken = links.filter(([, target = '', anchor]) => {
    const targetFile = target === '' ? file : path.posix.join(path.posix.dirname(file), target);
    if (!existsSync(new URL(`../../${targetFile}`, import.meta.url))) return true;
    if (anchor === undefined) return false;
    const headings = [...read(targetFile).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      anchorOf(heading),
    );
    return !headings.includes(anchor);
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});
