import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GraphQLSchema } from 'graphql';
import { type Choices, generated } from '../../support/fuzz/choices.js';
import { fuzz } from '../../support/fuzz/fuzz.js';
import { type FuzzServer, startFuzzServer } from '../../support/fuzz/fuzz-server.js';
import { hostileJson } from '../../support/fuzz/hostile-json.js';
import { hostileText, PROTOTYPE_NAMES } from '../../support/fuzz/hostile-texts.js';
import { mutated, oddlyShaped } from '../../support/fuzz/mutated-documents.js';
import {
  bodyOf,
  type KnownValues,
  queryOf,
  readSchema,
  type Sent,
} from '../../support/fuzz/schema-documents.js';
import { defectOf as defectOfAnswer, isObject } from '../../support/fuzz/verdict.js';
import { mistypedDocuments } from '../../support/fuzz/wrong-values.js';

const LIMIT_MS = 180_000;

let server: FuzzServer;
let schema: GraphQLSchema;
let known: KnownValues;
/** The fingerprint of all rows before the first request. */
let before: unknown;

beforeAll(async () => {
  server = await startFuzzServer();
  schema = readSchema();
  known = { ids: server.leadIds, cursors: await readCursors() };
  before = await server.fingerprint();
}, LIMIT_MS);
afterAll(() => server.close());

const defectOf = (sent: Sent) => server.defectOf({ body: bodyOf(sent) });

async function readCursors(): Promise<string[]> {
  const { body } = await server.send({
    body: JSON.stringify({
      query: `{ leadsConnection { pageInfo { startCursor } edges { cursor node { interactionsConnection { pageInfo { endCursor } } } } }
        byName: leadsConnection(orderBy: { field: NAME, direction: ASC }) { pageInfo { endCursor } } }`,
    }),
  });
  return [...JSON.stringify(body).matchAll(/[cC]ursor":"([^"]+)"/g)].map(([, cursor = '']) => cursor);
}

describe('hostile documents and variables', () => {
  it(
    'cause no internal error if they fit the schema',
    () =>
      fuzz(
        generated((choices) => queryOf(schema, choices, known)),
        2000,
        defectOf,
      ),
    LIMIT_MS,
  );

  it(
    'cause no internal error if tokens are dropped, doubled, swapped or inserted',
    () =>
      fuzz(
        generated((choices) => {
          const { query, variables } = queryOf(schema, choices, known);
          return { query: mutated(query, choices), variables };
        }),
        1800,
        defectOf,
      ),
    LIMIT_MS,
  );

  it(
    'are rejected if they are not documents at all',
    () =>
      fuzz(
        generated((choices) => ({ query: hostileText(choices), variables: '{}' })),
        400,
        defectOf,
      ),
    LIMIT_MS,
  );

  it(
    'cause no internal error if they are very deep, very wide or repetitive',
    () =>
      fuzz(
        generated((choices) => ({ query: oddlyShaped(choices), variables: '{}' })),
        200,
        defectOf,
      ),
    LIMIT_MS,
  );

  it(
    'cause no internal error with variables of any kind',
    () => fuzz(generated(withOddVariables), 1500, defectOf),
    LIMIT_MS,
  );

  it(
    'cause no internal error with modified cursors',
    () => fuzz(generated(withOddCursor), 700, defectOf),
    LIMIT_MS,
  );

  it(
    'have the same response after they are compiled, which happens the third time',
    () =>
      fuzz(
        generated((choices) => queryOf(schema, choices, known)),
        60,
        differenceOfRepeats,
      ),
    LIMIT_MS,
  );

  it(
    'are rejected if one value has the wrong type, for each argument and each input field',
    async () => {
      const documents = mistypedDocuments(schema).filter(({ query }) => !query.startsWith('subscription'));
      const wrong: string[] = [];
      const work = async (): Promise<void> => {
        for (let one = documents.pop(); one !== undefined; one = documents.pop()) {
          const answer = await server.send({ body: bodyOf(one) });
          const defect = defectOfAnswer(answer, server.insideNames) ?? rejectionDefect(answer.body);
          if (defect !== null) wrong.push(`${one.name}: ${defect}`);
        }
      };
      expect(documents.length).toBeGreaterThan(1000);
      await Promise.all(Array.from({ length: 16 }, work));
      expect(wrong).toEqual([]);
    },
    LIMIT_MS,
  );

  it('change no data, and neither end the server nor cause log lines', async () => {
    expect(await server.fingerprint()).toEqual(before);
    expect(await server.stop()).toEqual({ code: 0, defects: [] });
  });
});

/** A valid document with hostile variables. */
function withOddVariables(choices: Choices): Sent {
  const query = choices.of([
    'query ($v: Int!) { lead(id: $v) { id } }',
    'query ($v: LeadFilterInput) { leadsConnection(filter: $v) { totalCount nodes { id } } }',
    'query ($v: [String!]) { leadsConnection(filter: { status: $v, source: $v }) { totalCount } }',
    'query ($v: String) { leadsConnection(filter: { search: $v }) { nodes { id } totalCount } }',
    'query ($v: String) { leadsConnection(filter: { company: $v, location: $v }) { nodes { id } } }',
    'query ($v: DateTime) { leadsConnection(filter: { lastContactAfter: $v }) { totalCount } }',
    'query ($v: Float) { leadsConnection(filter: { budget: { min: $v, max: $v } }) { totalCount } }',
    'query ($v: ID!) { recalculation(id: $v) { id } summaryBatch(id: $v) { id } }',
    'query ($v: [_Any!]!) { _entities(representations: $v) { __typename ... on Lead { id email } } }',
    'query ($v: Boolean!) { __typename @skip(if: $v) }',
    'mutation ($v: CreateLeadInput!) { createLead(createLeadInput: $v) { id } removeLead(id: 424242) }',
    'mutation ($v: UpdateInteractionInput!) { updateInteraction(updateInteractionInput: $v) { id } }',
    'mutation ($v: ID!) { cancelRecalculation(id: $v) { id } cancelSummaryBatch(id: $v) { id } }',
  ]);
  const value = hostileJson(choices);
  switch (choices.below(6)) {
    case 3:
      return { query, variables: value };
    case 4:
      return { query, variables: `{"${choices.of(PROTOTYPE_NAMES)}":${value},"v":${hostileJson(choices)}}` };
    case 5:
      return { query, variables: `{"v":{"${choices.of(FILTER_FIELDS)}":${value}}}` };
    default:
      return { query, variables: `{"v":${value}}` };
  }
}

const FILTER_FIELDS = [
  'search',
  'status',
  'company',
  'location',
  'source',
  '__typename',
  'constructor',
  'score',
];

function withOddCursor(choices: Choices): Sent {
  const query = choices.of([
    'query ($v: String) { leadsConnection(after: $v) { nodes { id } } }',
    'query ($v: String) { leadsConnection(last: 3, before: $v) { nodes { id } } }',
    'query ($v: String) { leadsConnection(orderBy: { field: NAME, direction: ASC }, after: $v) { nodes { id } } }',
    `query ($v: String) { lead(id: ${known.ids[0]}) { interactionsConnection(after: $v) { totalCount nodes { id } } } }`,
    'query ($v: String) { recalculations(after: $v) { nodes { id } } }',
  ]);
  return { query, variables: JSON.stringify({ v: changedCursor(choices) }) };
}

function changedCursor(choices: Choices): string {
  const cursor = choices.of(known.cursors);
  const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
  switch (choices.below(4)) {
    case 0: {
      const bytes = Buffer.from(cursor, 'base64url');
      bytes[choices.below(bytes.length)] = choices.below(256);
      return bytes.toString('base64url');
    }
    case 1:
      return cursor.slice(0, choices.below(cursor.length)) + hostileText(choices);
    case 2:
      return Buffer.from(hostileJson(choices)).toString('base64url');
    default: {
      const at = choices.below(parts.length + 1);
      const json = parts.map((part, index) => (index === at ? hostileJson(choices) : JSON.stringify(part)));
      const values = `[${choices.some(3, () => hostileJson(choices)).join()}]`;
      return Buffer.from(`[${(at === parts.length ? json.with(-1, values) : json).join()}]`).toString(
        'base64url',
      );
    }
  }
}

async function differenceOfRepeats(sent: Sent): Promise<string | null> {
  // The server does not compile documents with string literals.
  const query = sent.query.replaceAll(/"(?:[^"\\]|\\.)*"/g, 'null');
  const answers: string[] = [];
  for (let time = 0; time < 5; time += 1) {
    const answer = await server.send({ body: bodyOf({ ...sent, query }) });
    const defect = defectOfAnswer(answer, server.insideNames);
    if (defect !== null) return `in attempt ${time + 1}, ${defect}`;
    answers.push(withoutRequestIds(answer.body));
  }
  return answers.every((answer) => answer === answers[0]) ? null : `answers differ: ${answers.join('\n')}`;
}

const withoutRequestIds = (body: unknown): string =>
  JSON.stringify(body, (key, value: unknown) => (key === 'requestId' ? undefined : value));

function rejectionDefect(body: unknown): string | null {
  if (!isObject(body)) return 'it is not a JSON object';
  return body.errors === undefined ? `it was accepted: ${JSON.stringify(body.data)}` : null;
}
