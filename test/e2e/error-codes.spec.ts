import { RULES_OF_VERSION_1 } from '../../src/leads/scoring/scoring-rules.js';
import { rulesInDocument } from '../support/scoring-rules.js';
import { readFileSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import request, { type Response, type Test } from 'supertest';
import { AnswerMemory } from '../../src/common/answer-memory.js';
import { ERROR_CODES } from '../../src/error-codes.js';
import { SummaryWriter } from '../../src/summaries/summary-writer.js';
import { ImportsService } from '../../src/imports/imports.service.js';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection, terminateWaiting, untilWaiting } from '../support/connection.js';
import { insertInteraction, insertLead } from '../support/fixtures.js';
import {
  answer,
  API_KEY,
  type OpenRouterStandIn,
  startOpenRouterStandIn,
  type Turn,
} from '../support/openrouter-stand-in.js';
import { pauseBeforeCommit } from '../support/recalculation-pause.js';
import { until } from '../support/until.js';
import { answersTo, connectSocket, type SocketAnswer } from '../support/websocket.js';

/** A row of the table in docs/errors.md. */
interface DocumentedError {
  readonly statuses: readonly number[];
  readonly changes: string;
}

const TABLE = new Map<string, DocumentedError>(
  [
    ...readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8').matchAll(
      /^\| `([A-Z_]+)` +\|([^|]*)\|[^|]*\|([^|]*)\|$/gm,
    ),
  ].map(([, code = '', status = '', changes = '']) => [
    code,
    { statuses: (status.match(/\d{3}/g) ?? []).map(Number), changes: changes.trim() },
  ]),
);

const LIST_LIMIT = 3;
/** The only code that occurs on WebSockets but not over HTTP. */
const SOCKET_CODE = 'TOO_MANY_OPERATIONS';
const RECALCULATE = 'mutation { recalculateAllScores { recalculationId } }';

let standIn: OpenRouterStandIn;
let api: Api;
let database: Connection;
/** Has the locks of the tests, while `database` observes what changes. */
let lockHolder: Connection;
let leadId: number;

beforeAll(async () => {
  // Silences Sequelize's warnings about the connections that the tests terminate.
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  standIn = await startOpenRouterStandIn();
  api = await startApi({
    LEADS_LIST_LIMIT: String(LIST_LIMIT),
    QUERY_MAX_COST: '5000000',
    OPENROUTER_API_KEY: API_KEY,
    OPENROUTER_BASE_URL: standIn.baseUrl,
    OPENROUTER_ATTEMPT_TIMEOUT_MS: '1500',
    OPENROUTER_TOTAL_TIMEOUT_MS: '1500',
  });
  database = await connect(api.databaseUrl);
  lockHolder = await connect(api.databaseUrl);
});
beforeEach(async () => {
  await database.rows('TRUNCATE leads, interactions, rescore_runs, summary_batches CASCADE');
  leadId = await insertLead(database, { email: 'taken@example.com' });
  await insertInteraction(database, leadId, { ageInDays: 14, notes: 'Asked for an offer.' });
  await database.rows(
    `UPDATE leads SET summary = 'The old summary.', "summaryGeneratedAt" = '2020-01-01Z', "summarySource" = 'model'`,
  );
});
afterAll(async () => {
  await lockHolder.close();
  await database.close();
  await api.close();
  await standIn.close();
  vi.restoreAllMocks();
});

const TOO_MANY_POINTS = { ...RULES_OF_VERSION_1, fit: { cap: 1, criteria: [] } };

const post = (query: string, server = api): Test =>
  request(server.app.getHttpServer()).post('/graphql').send({ query });
const postRaw = (type: string, body: string): Test =>
  request(api.app.getHttpServer()).post('/graphql').set('content-type', type).send(body);
const get = (query: string, accept = 'application/json'): Test =>
  request(api.app.getHttpServer()).get('/graphql').query({ query }).set('accept', accept);

const LEADS = 'email,firstName,lastName\nimported@example.com,Ada,One\n';

const postImport = (leads: string, server = api): Test =>
  request(server.app.getHttpServer()).post('/imports').attach('leads', Buffer.from(leads), 'leads.csv');

/** Imports a lead. @returns the id of the import */
async function importLeads(): Promise<number> {
  const { id } = (await postImport(LEADS)).body as { id: number };
  await until(
    async () =>
      (await database.rows(`SELECT 1 FROM imports WHERE id = $1 AND status <> 'running'`, [id])).length > 0,
  );
  return id;
}

/** Causes an error. It sends the failing request with `now`, so that only changes by that request count. */
type Provocation = (now: (sent: Test) => Promise<Response>) => Promise<Response>;

/** A request that fails without preparation. */
const sending =
  (sent: () => Test): Provocation =>
  (now) =>
    now(sent());

/** A summary for which the provider gives this response to every attempt. */
const summaryWith =
  (turn: Turn): Provocation =>
  async (now) => {
    standIn.play(...Array.from({ length: 4 }, () => turn));
    const rejected = await now(post(`mutation { regenerateSummary(id: ${leadId}) { id } }`));
    standIn.forget();
    // A success in between keeps the breaker closed.
    const other = await insertLead(database);
    await insertInteraction(database, other);
    await api.ask(`mutation { regenerateSummary(id: ${other}) { id } }`);
    return rejected;
  };

/** Calls `work` while a recalculation has written all scores but has not committed. */
const duringRecalculation = async (
  work: (recalculation: Promise<Response>) => Promise<Response>,
  send = (sent: Test): Promise<Response> => sent.then((response) => response),
) => {
  const pause = await pauseBeforeCommit(lockHolder);
  const recalculation = send(post(RECALCULATE));
  await untilWaiting(database);
  const response = await work(recalculation);
  await pause.open();
  await recalculation;
  await database.rows('DROP TRIGGER pause ON leads');
  return response;
};

const EVALUATE = 'mutation { evaluateScores { id } }';

/** Calls `work` while an evaluation of the scores waits for a table. */
const duringEvaluation = async (
  work: (evaluation: Promise<Response>) => Promise<Response>,
  send: (sent: Test) => Promise<Response>,
) => {
  await lockHolder.rows('BEGIN');
  await lockHolder.rows('LOCK TABLE lead_changes');
  const evaluation = send(post(EVALUATE));
  await untilWaiting(database);
  const response = await work(evaluation);
  await lockHolder.rows('ROLLBACK');
  return response;
};

const latestEvaluationId = async (): Promise<string> => {
  const { scoreEvaluations } = await api.ask<{ scoreEvaluations: { nodes: { id: string }[] } }>(
    '{ scoreEvaluations(first: 1) { nodes { id } } }',
  );
  return scoreEvaluations.nodes[0]?.id ?? '';
};

const latestRecalculationId = async (): Promise<string> => {
  const { recalculations } = await api.ask<{ recalculations: { nodes: { id: string }[] } }>(
    '{ recalculations(first: 1) { nodes { id } } }',
  );
  return recalculations.nodes[0]?.id ?? '';
};

const CREATE = (email: string, budget = 1) =>
  `mutation { createLead(createLeadInput: { firstName: "A", lastName: "B", email: "${email}", budget: ${budget} }) { id } }`;

/** Requests about three million objects for each alias. */
const postPages = (...aliases: string[]): Test => {
  const pages = aliases.map((alias) => `${alias}: interactionsConnection(first: 100) { nodes { id } }`);
  const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Lead { ${pages.join(' ')} } } }`;
  const variables = { r: Array.from({ length: 30_000 }, () => ({ __typename: 'Lead', id: '1' })) };
  return request(api.app.getHttpServer()).post('/graphql').send({ query, variables });
};

/** The causes of each code. */
const OF_THIS_APPLICATION: Record<string, Record<string, Provocation>> = {
  BAD_USER_INPUT: {
    'a negative budget': sending(() => post(CREATE('new@example.com', -1))),
    'a variable of the wrong type': sending(() =>
      request(api.app.getHttpServer())
        .post('/graphql')
        .send({ query: 'mutation ($id: Int!) { removeLead(id: $id) }', variables: { id: 'x' } }),
    ),
  },
  NOT_FOUND: { 'a lead that does not exist': sending(() => post('mutation { removeLead(id: 424242) }')) },
  CONFLICT: { 'an e-mail that is taken': sending(() => post(CREATE('taken@example.com'))) },
  LIST_TOO_LONG: {
    'more leads than the limit': async (now) => {
      for (let count = 0; count < LIST_LIMIT; count += 1) await insertLead(database);
      return now(post('{ leads { id } }'));
    },
  },
  RESPONSE_TOO_LARGE: {
    'more objects than the heap can hold': sending(() => postPages('a')),
  },
  SERVER_OVERLOADED: {
    'large responses in progress and a full queue': async (now) => {
      const memory = api.app.get(AnswerMemory, { strict: false });
      const largest = getHeapStatistics().heap_size_limit / 3;
      const held = await memory.reserve(Math.floor(largest / 1_000) - 100, undefined);
      const waiting = Array.from({ length: 100 }, () => memory.reserve(2_000, undefined));
      const rejected = await now(
        post(
          '{ leadsConnection(first: 100) { nodes { interactionsConnection(first: 100) { nodes { id } } } } }',
        ),
      );
      held.release();
      for (const reservation of await Promise.all(waiting)) reservation.release();
      expect(Number(rejected.headers['retry-after'])).toBeGreaterThan(0);
      return rejected;
    },
  },
  RECALCULATION_FAILED: {
    'a lost connection': (now) =>
      duringRecalculation(async (recalculation) => {
        await terminateWaiting(database);
        return recalculation;
      }, now),
  },
  RECALCULATION_RUNNING: {
    'another recalculation': (now) => duringRecalculation(() => now(post(RECALCULATE))),
  },
  RECALCULATION_CANCELLED: {
    cancelRecalculation: (now) =>
      duringRecalculation(async (recalculation) => {
        await api.ask(`mutation { cancelRecalculation(id: ${await latestRecalculationId()}) { id } }`);
        return recalculation;
      }, now),
  },
  RECALCULATION_NOT_RUNNING: {
    'a recalculation that has ended': async (now) => {
      await api.ask(RECALCULATE);
      return now(post(`mutation { cancelRecalculation(id: ${await latestRecalculationId()}) { id } }`));
    },
  },
  SCORING_RULES_INVALID: {
    'caps that do not add up to 100': sending(() =>
      post(`{ previewScoringRules(rules: ${rulesInDocument(TOO_MANY_POINTS)}) { leadCount } }`),
    ),
  },
  SCORE_EVALUATION_FAILED: {
    'a lost connection': (now) =>
      duringEvaluation(async (evaluation) => {
        await terminateWaiting(database);
        return evaluation;
      }, now),
  },
  SCORE_EVALUATION_CANCELLED: {
    cancelScoreEvaluation: (now) =>
      duringEvaluation(async (evaluation) => {
        await api.ask(`mutation { cancelScoreEvaluation(id: ${await latestEvaluationId()}) { id } }`);
        return evaluation;
      }, now),
  },
  SCORE_EVALUATION_NOT_RUNNING: {
    'an evaluation that has ended': async (now) => {
      await api.ask(EVALUATE);
      return now(post(`mutation { cancelScoreEvaluation(id: ${await latestEvaluationId()}) { id } }`));
    },
  },
  IMPORT_FILE_INVALID: { 'a file without addresses': sending(() => postImport('firstName\nAda\n')) },
  IMPORT_FAILED: {
    'a lost connection': async (now) => {
      await lockHolder.rows('BEGIN');
      await lockHolder.rows('LOCK TABLE leads IN ACCESS EXCLUSIVE MODE');
      const rejected = postImport(LEADS).field('dryRun', 'true').then();
      await untilWaiting(lockHolder);
      await terminateWaiting(lockHolder);
      const response = await rejected;
      await lockHolder.rows('ROLLBACK');
      return now(Promise.resolve(response) as unknown as Test);
    },
  },
  IMPORT_NOT_RUNNING: {
    'an import that has ended': async (now) => {
      const id = await importLeads();
      return now(post(`mutation { cancelImport(id: ${id}) { id } }`));
    },
  },
  IMPORT_NOT_UNDOABLE: {
    'an import that was undone': async (now) => {
      const id = await importLeads();
      await api.ask(`mutation { undoImport(id: ${id}) { keptCount } }`);
      return now(post(`mutation { undoImport(id: ${id}) { keptCount } }`));
    },
  },
  SERVICE_UNAVAILABLE: {
    'a lost connection': async (now) => {
      await lockHolder.rows('BEGIN');
      await lockHolder.rows('SELECT FROM leads FOR UPDATE');
      const rejected = now(
        post(`mutation { updateLead(updateLeadInput: { id: ${leadId}, budget: 7 }) { id } }`),
      );
      await untilWaiting(database);
      await terminateWaiting(database);
      const response = await rejected;
      await lockHolder.rows('ROLLBACK');
      return response;
    },
  },
  SUMMARY_PROVIDER_AUTH_FAILED: { 'status 401': summaryWith({ status: 401, body: '' }) },
  SUMMARY_PROVIDER_PAYMENT_REQUIRED: { 'status 402': summaryWith({ status: 402, body: '' }) },
  SUMMARY_PROVIDER_RATE_LIMITED: { 'status 429': summaryWith({ status: 429, body: '' }) },
  SUMMARY_PROVIDER_UNAVAILABLE: { 'status 503': summaryWith({ status: 503, body: '' }) },
  SUMMARY_TIMED_OUT: { 'a provider that does not respond': summaryWith({ misbehave: 'hang' }) },
  SUMMARY_MODERATED: {
    'a content filter': summaryWith({ body: answer('x', { finish_reason: 'content_filter' }) }),
  },
  SUMMARY_INVALID_OUTPUT: { 'output that is not JSON': summaryWith({ body: answer('no JSON') }) },
  SUMMARY_TRUNCATED: {
    'output that is cut off': summaryWith({ body: answer('{', { finish_reason: 'length' }) }),
  },
  SUMMARY_INSUFFICIENT_DATA: {
    'a lead without any data': async (now) => {
      await database.rows('DELETE FROM interactions');
      return now(post(`mutation { regenerateSummary(id: ${leadId}) { id } }`));
    },
  },
  SUMMARY_BATCH_NOT_RUNNING: {
    'a batch that was cancelled': async (now) => {
      const { regenerateSummaries } = await api.ask<{ regenerateSummaries: { id: string } }>(
        'mutation { regenerateSummaries { id } }',
      );
      const cancel = `mutation { cancelSummaryBatch(id: ${regenerateSummaries.id}) { id } }`;
      await api.ask(cancel);
      return now(post(cancel));
    },
  },
  QUERY_TOO_LONG: {
    'many tokens': sending(() => post(`mutation { removeLead(id: ${leadId}) ${'a '.repeat(5_000)} }`)),
  },
  QUERY_TOO_DEEP: {
    'nested values': sending(() =>
      post(`mutation { removeLead(id: ${'['.repeat(20)}${leadId}${']'.repeat(20)}) }`),
    ),
  },
  QUERY_TOO_MANY_FIELDS: {
    'fragments that are spread often': sending(() =>
      post(
        `{ ...A ...A ...A ...A } fragment A on Query { ${'... { ...B }'.repeat(20)} } fragment B on Query { ${'... { __typename }'.repeat(20)} }`,
      ),
    ),
  },
  QUERY_TOO_MANY_ALIASES: {
    'a lead requested often': sending(() =>
      post(`{ ${Array.from({ length: 31 }, (_, index) => `a${index}: lead(id: 1) { id }`).join(' ')} }`),
    ),
  },
  QUERY_TOO_MANY_DIRECTIVES: {
    'a directive at each of many fields': sending(() =>
      post(`{ ${'... { __typename @skip(if: false) } '.repeat(51)} }`),
    ),
  },
  QUERY_TOO_MANY_DUPLICATES: {
    'a field repeated often': sending(() => post(`{ ${'__typename '.repeat(500)} }`)),
    'unknown directives': sending(() => post(`{ __typename ${'@aa'.repeat(10)} }`)),
  },
  QUERY_TOO_COMPLEX: {
    'more objects than the setting allows': sending(() => postPages('a', 'b')),
  },
  QUERY_TOO_MANY_MUTATIONS: {
    'a lead removed often': sending(() =>
      post(
        `mutation { ${Array.from({ length: 11 }, (_, index) => `a${index}: removeLead(id: ${leadId})`).join(' ')} }`,
      ),
    ),
  },
  GRAPHQL_PARSE_FAILED: { 'a syntax error': sending(() => post('mutation {')) },
  GRAPHQL_VALIDATION_FAILED: {
    'an unknown field': sending(() => post(`mutation { removeLead(id: ${leadId}) nothing }`)),
  },
  OPERATION_RESOLUTION_FAILURE: {
    'two operations': sending(() =>
      post(`mutation A { removeLead(id: ${leadId}) } mutation B { removeLead(id: ${leadId}) }`),
    ),
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    'a hash instead of a document': sending(() =>
      request(api.app.getHttpServer())
        .post('/graphql')
        .send({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } }),
    ),
  },
  FORBIDDEN: {
    'the host name of another machine': sending(() =>
      post(`mutation { removeLead(id: ${leadId}) }`).set('host', 'attacker.example.com'),
    ),
  },
  BAD_REQUEST: {
    'incomplete JSON': sending(() => postRaw('application/json', '{"query":')),
    'an empty body': sending(() => postRaw('application/json', '')),
    'no document': sending(() => postRaw('application/json', '{}')),
    'several documents': sending(() =>
      postRaw('application/json', JSON.stringify([{ query: `mutation { removeLead(id: ${leadId}) }` }])),
    ),
    'a form from another site': sending(() =>
      postRaw('text/plain', JSON.stringify({ query: `mutation { removeLead(id: ${leadId}) }` })),
    ),
    'another media type': sending(() => postRaw('application/xml', '<query/>')),
    'an Accept header without JSON': sending(() =>
      post(`mutation { removeLead(id: ${leadId}) }`).set('accept', 'text/html'),
    ),
    'a mutation by GET': sending(() => get(`mutation { removeLead(id: ${leadId}) }`)),
    'a GET that another site could have sent': sending(() => get('{ __typename }', 'image/png')),
    'a subscription without WebSocket': sending(() => post('subscription { recalculationProgress { id } }')),
    'another method': sending(() => request(api.app.getHttpServer()).put('/graphql').send({})),
    'another path': sending(() => request(api.app.getHttpServer()).post('/graphql/x').send({})),
  },
  PAYLOAD_TOO_LARGE: {
    'more than 1 MiB': sending(() =>
      post(`mutation { removeLead(id: ${leadId}) } #${'x'.repeat(1024 * 1024)}`),
    ),
  },
  INTERNAL_SERVER_ERROR: {
    'a trigger that raises an error': async (now) => {
      await database.rows(`CREATE FUNCTION reject() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE 'inside'; END $$;
        CREATE TRIGGER reject BEFORE INSERT ON leads FOR EACH ROW EXECUTE FUNCTION reject()`);
      const response = await now(post(CREATE('new@example.com')));
      await database.rows('DROP FUNCTION reject CASCADE');
      return response;
    },
    'an exception outside GraphQL': async (now) => {
      const writer = api.app.get(SummaryWriter, { strict: false });
      const failing = vi.spyOn(writer, 'health').mockImplementation(() => {
        throw new Error('inside');
      });
      const response = await now(request(api.app.getHttpServer()).get('/health'));
      failing.mockRestore();
      return response;
    },
  },
};

/**
 * Provocations that start an application with other settings. They come last: Sequelize models belong to the
 * application that started last, so most mutations of `api` fail afterwards.
 */
const OF_ANOTHER_APPLICATION: Record<string, Record<string, Provocation>> = {
  SUMMARY_DISABLED: {
    'SUMMARY_PROVIDER=off': async (now) => {
      const off = await startApi({ SUMMARY_PROVIDER: 'off' }, api.databaseUrl);
      const response = await now(post(`mutation { regenerateSummary(id: ${leadId}) { id } }`, off));
      await off.close();
      return response;
    },
  },
  IMPORT_CANCELLED: {
    'a server that stops': async (now) => {
      const stopping = await startApi({}, api.databaseUrl);
      await stopping.app.get(ImportsService, { strict: false }).stop();
      const response = await now(postImport(LEADS, stopping).field('dryRun', 'true'));
      await stopping.close();
      return response;
    },
  },
  RATE_LIMITED: {
    'one request too many': async (now) => {
      const strict = await startApi({ RATE_LIMIT_PER_MINUTE: '1' }, api.databaseUrl);
      await strict.send('{ __typename }');
      const response = await now(post(`mutation { removeLead(id: ${leadId}) }`, strict));
      await strict.close();
      return response;
    },
    'one mutation too many': async (now) => {
      const strict = await startApi({ RATE_LIMIT_WRITES_PER_MINUTE: '1' }, api.databaseUrl);
      const response = await now(
        post(`mutation { removeLead(id: ${leadId}) b: removeLead(id: ${leadId}) }`, strict),
      );
      await strict.close();
      return response;
    },
  },
  REQUEST_TIMED_OUT: {
    'a row that another transaction has locked': async (now) => {
      const impatient = await startApi({ REQUEST_TIMEOUT_MS: '100' }, api.databaseUrl);
      await lockHolder.rows('BEGIN');
      await lockHolder.rows('SELECT FROM leads FOR UPDATE');
      const response = await now(post(`mutation { removeLead(id: ${leadId}) }`, impatient));
      await lockHolder.rows('ROLLBACK');
      await impatient.close();
      return response;
    },
  },
  UNAUTHENTICATED: {
    'a missing API key': async (now) => {
      const on = await startApi({ AUTH: 'on' }, api.databaseUrl);
      const response = await now(post(`mutation { removeLead(id: ${leadId}) }`, on));
      await on.close();
      return response;
    },
  },
};

const PROVOCATIONS = { ...OF_THIS_APPLICATION, ...OF_ANOTHER_APPLICATION };

const CASES = Object.entries(PROVOCATIONS).flatMap(([code, causes]) =>
  Object.entries(causes).map(([cause, provocation]) => [code, cause, provocation] as const),
);

const leads = () => database.rows<Record<string, unknown>>('SELECT * FROM leads ORDER BY id');
const interactions = () => database.rows('SELECT * FROM interactions ORDER BY id');

describe('an error', () => {
  it.each(CASES)('%s is caused by %s and matches docs/errors.md', async (code, _, provocation) => {
    const documented = TABLE.get(code);
    let before = { leads: await leads(), interactions: await interactions() };
    let after = before;
    const response = await provocation(async (sent) => {
      before = { leads: await leads(), interactions: await interactions() };
      const received = await sent;
      after = { leads: await leads(), interactions: await interactions() };
      return received;
    });

    expect(documented?.statuses).toContain(response.status);
    const headers = response.headers as Record<string, string>;
    const { errors } = response.body as { errors: { message: string; extensions: object }[] };
    expect(errors).toHaveLength(1);
    expect(errors[0]?.extensions).toMatchObject({ code, requestId: headers['x-request-id'] });
    expect(Object.keys(response.body as object).filter((key) => !['errors', 'data'].includes(key))).toEqual(
      [],
    );
    expect(errors[0]?.message).toMatch(/\w/);
    expect(response.text).not.toMatch(
      /node_modules|\/src\/|\.[tj]s\b|stack|select |insert into|inside|sequelize/i,
    );

    expect(after.interactions).toEqual(before.interactions);
    if (documented?.changes === 'the score, not the summary') {
      expect(after.leads.map(summaryOf)).toEqual(before.leads.map(summaryOf));
      const [lead] = after.leads.filter(({ id }) => id === leadId);
      expect(lead?.activityScore).not.toBeNull();
    } else {
      expect(documented?.changes).toMatch(/^nothing\b/);
      expect(after.leads).toEqual(before.leads);
    }
  });

  const summaryOf = ({ id, summary, summaryGeneratedAt, summarySource }: Record<string, unknown>) => ({
    id,
    summary,
    summaryGeneratedAt,
    summarySource,
  });
});

describe('a WebSocket', () => {
  let url: string;
  beforeAll(async () => {
    await api.app.listen(0, '127.0.0.1');
    url = `${await api.app.getUrl()}/graphql`;
  });

  it('returns the same codes as HTTP for invalid requests, and stays open', async () => {
    const client = connectSocket(url);
    let closedTimes = 0;
    client.on('closed', () => (closedTimes += 1));
    // Keeps the socket open between the others.
    const other = answersTo(client, 'subscription { recalculationProgress { id } }');
    const pending = other.next();
    const codeOver = async (query: string) => {
      const errors = await answersTo(client, query)
        .next()
        .then(({ value }) => (value as SocketAnswer).errors)
        .catch((thrown: unknown) => thrown as SocketAnswer['errors']);
      expect(errors?.[0]?.extensions).toEqual({
        code: expect.any(String) as unknown,
        requestId: expect.stringMatching(/^[\da-f-]{36}$/) as unknown,
      });
      return errors?.[0]?.extensions?.code;
    };
    expect(await codeOver('subscription {')).toBe('GRAPHQL_PARSE_FAILED');
    expect(await codeOver('subscription { nothing }')).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(await codeOver('subscription { recalculationProgress(id: 424242) { id } }')).toBe('NOT_FOUND');
    expect(closedTimes).toBe(0);
    await other.return?.();
    await pending;
    await client.dispose();
  });

  it('rejects one operation too many with its own code, and the others continue', async () => {
    const client = connectSocket(url);
    const open = Array.from({ length: 100 }, () =>
      answersTo(client, 'subscription { recalculationProgress { id } }'),
    );
    const pending = open.map((answers) => answers.next());
    const tooMany = [{ extensions: { code: SOCKET_CODE, limit: 100 } }];
    const ask = async (): Promise<unknown> => {
      try {
        return (await answersTo(client, '{ __typename }').next()).value;
      } catch (errors) {
        expect(errors).toMatchObject(tooMany);
        return null;
      }
    };
    expect(await ask()).toBeNull();
    await open[0]?.return?.();
    // A subscription that has not started yet ends only after it has.
    let answered: unknown = null;
    while (answered === null) answered = await ask();
    expect(answered).toEqual({ data: { __typename: 'Query' } });
    for (const answers of open) await answers.return?.();
    await Promise.all(pending);
    await client.dispose();
  });

  it('returns BAD_USER_INPUT for a value that its scalar rejects', async () => {
    const client = connectSocket(url);
    await expect(
      client
        .iterate({ query: 'mutation ($id: Int!) { removeLead(id: $id) }', variables: { id: 'x' } })
        .next(),
    ).rejects.toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    await client.dispose();
  });
});

describe('the codes', () => {
  const sorted = (codes: Iterable<string>) => [...codes].sort();

  it('in docs/errors.md are the same as in the code', () => {
    expect(sorted(TABLE.keys())).toEqual(sorted(ERROR_CODES));
  });

  it('are all caused by a test here', () => {
    expect(sorted([...Object.keys(PROVOCATIONS), SOCKET_CODE])).toEqual(sorted(TABLE.keys()));
    expect(Object.values(PROVOCATIONS).every((causes) => Object.keys(causes).length > 0)).toBe(true);
  });
});
