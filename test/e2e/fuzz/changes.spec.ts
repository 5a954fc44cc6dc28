import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBlank } from '../../../src/common/visible-text.js';
import { type Choices, generated } from '../../support/fuzz/choices.js';
import { fuzz } from '../../support/fuzz/fuzz.js';
import { type FuzzServer, startFuzzServer } from '../../support/fuzz/fuzz-server.js';
import { hostileText } from '../../support/fuzz/hostile-texts.js';
import { bodyOf, mutationOf, readSchema } from '../../support/fuzz/schema-documents.js';
import { defectOf, isObject } from '../../support/fuzz/verdict.js';
import { insertInteraction, insertLead } from '../../support/fixtures.js';

const LIMIT_MS = 180_000;

/** More than there are concurrent requests, so that each request has a lead of its own. */
const OWN_LEADS = 20;

/** The mutations that affect all leads. */
const BULK = /^(recalculateAllScores|regenerateSummaries)$/;

let server: FuzzServer;
/** Leads that no request is changing at the moment. */
const ownLeads: number[] = [];
let bystanders: readonly number[];
const schema = readSchema();

beforeAll(async () => {
  server = await startFuzzServer('production');
  for (let count = 0; count < OWN_LEADS; count += 1) {
    ownLeads.push(await insertLead(server.database));
  }
  // Ids that no generator produces by chance.
  await server.database.rows(`SELECT setval(pg_get_serial_sequence('leads', 'id'), 1500000000)`);
  await server.database.rows(`SELECT setval(pg_get_serial_sequence('interactions', 'id'), 1500000000)`);
  bystanders = [await insertLead(server.database, { budget: 7 }), await insertLead(server.database)];
  for (const id of bystanders) await insertInteraction(server.database, id, { notes: 'Leave me alone.' });
}, LIMIT_MS);
afterAll(() => server.close());

const readBystanders = () =>
  server.database.rows(
    `SELECT l::text, i::text AS interaction FROM leads AS l JOIN interactions AS i ON i."leadId" = l.id
     WHERE l.id = ANY($1) ORDER BY l.id`,
    [bystanders],
  );

const TEXT_FIELDS = ['firstName', 'lastName', 'company', 'location', 'source', 'phone'] as const;
type Texts = Partial<Record<(typeof TEXT_FIELDS)[number], string>>;

const textsOf = (choices: Choices): Texts => ({
  [choices.of(TEXT_FIELDS)]: hostileText(choices),
  ...(choices.onceIn(2) ? { [choices.of(TEXT_FIELDS)]: hostileText(choices) } : {}),
});

/** Reads one after another, because a connection executes one statement at a time. */
let lastRead: Promise<unknown> = Promise.resolve();

function readLead(id: number): Promise<(Record<string, unknown> & { row: string }) | undefined> {
  const read = lastRead.then(() =>
    server.database.rows<Record<string, unknown> & { row: string }>(
      'SELECT *, l::text AS row FROM leads AS l WHERE id = $1',
      [id],
    ),
  );
  lastRead = read;
  return read.then(([row]) => row);
}

/** A change is rejected as a whole, or stored as sent, but composed, and as null if the text is blank. */
async function defectOfChange(texts: Texts): Promise<string | null> {
  const id = ownLeads.pop();
  if (id === undefined) throw new Error('Every lead is being changed.');
  try {
    const before = await readLead(id);
    const answer = await server.send({
      body: JSON.stringify({
        query: 'mutation ($input: UpdateLeadInput!) { updateLead(updateLeadInput: $input) { id } }',
        variables: { input: { id, ...texts } },
      }),
    });
    const after = await readLead(id);
    const defect = defectOf(answer, server.insideNames);
    if (defect !== null) return defect;
    if (isObject(answer.body) && answer.body.errors !== undefined) {
      return after?.row === before?.row ? null : 'it was rejected but has changed the lead';
    }
    const wrong = Object.entries(texts).find(([name, text]) => {
      const normalised = text.normalize('NFC').trim();
      return (after?.[name] ?? '') !== (isBlank(normalised) ? '' : normalised);
    });
    return wrong === undefined
      ? null
      : `${wrong[0]} is stored differently: ${JSON.stringify(after?.[wrong[0]])}`;
  } finally {
    ownLeads.push(id);
  }
}

describe('mutations with hostile texts and values', () => {
  it(
    'store a text as sent, or are rejected and change no data',
    () => fuzz(generated(textsOf), 600, defectOfChange),
    LIMIT_MS,
  );

  it(
    'of one lead or interaction do not change the others',
    async () => {
      const before = await readBystanders();
      expect(before).toHaveLength(bystanders.length);
      const known = { ids: [...ownLeads, ...server.leadIds], cursors: [] };
      await fuzz(
        generated((choices) => mutationOf(schema, choices, known, (name) => !BULK.test(name))),
        500,
        (sent) => server.defectOf({ body: bodyOf(sent) }),
      );
      expect(await readBystanders()).toEqual(before);
    },
    LIMIT_MS,
  );

  it.each(['anonymous', 'viewer'] as const)(
    'are rejected and change no data if the caller may not write: %s',
    async (caller) => {
      const before = await server.fingerprint();
      const known = { ids: [...ownLeads, ...server.leadIds, ...bystanders], cursors: [] };
      await fuzz(
        generated((choices) => mutationOf(schema, choices, known, () => true)),
        300,
        async (sent) => {
          const answer = await server.send({ caller, body: bodyOf(sent) });
          const isRejected = isObject(answer.body) && answer.body.errors !== undefined;
          return defectOf(answer, server.insideNames) ?? (isRejected ? null : 'it was not rejected');
        },
      );
      expect(await server.fingerprint()).toEqual(before);
    },
    LIMIT_MS,
  );

  it('neither end the server nor cause log lines', async () => {
    expect(await server.stop()).toEqual({ code: 0, defects: [] });
  });
});
