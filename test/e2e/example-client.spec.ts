import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DocumentNode, Kind } from 'graphql';
import { asapScheduler, filter, firstValueFrom, map, observeOn, tap } from 'rxjs';
import { WebSocket } from 'ws';
import { type ApiClient, createApiClient } from '../../examples/client/src/api/api-client.js';
import { failureOf, HEADLINES } from '../../examples/client/src/api/failure.js';
import * as generated from '../../examples/client/src/generated/graphql.js';
import { getFragmentData } from '../../examples/client/src/generated/index.js';
import {
  addInteraction,
  INTERACTION_TYPES,
  regenerateSummary,
} from '../../examples/client/src/leads/lead-actions.js';
import { LEAD_CARD } from '../../examples/client/src/leads/lead-card.js';
import {
  LEAD_LIST,
  listOptions,
  nextPage,
  ORDER_DIRECTIONS,
  ORDER_FIELDS,
  PAGE_SIZE,
} from '../../examples/client/src/leads/lead-list.js';
import { followRuns } from '../../examples/client/src/recalculation/follow-runs.js';
import {
  LATEST_RUN,
  latestRun,
  recalculateAll,
} from '../../examples/client/src/recalculation/recalculation.js';
import { ERROR_CODES } from '../../src/error-codes.js';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { insertInteraction, insertLead, insertLeads } from '../support/fixtures.js';
import { pauseBeforeCommit } from '../support/recalculation-pause.js';
import { until } from '../support/until.js';

type Field = generated.LeadOrderField;
type Direction = generated.OrderDirection;
type Client = ApiClient['client'];
type List = Awaited<ReturnType<typeof openList>>;

const FIELDS = Object.keys(ORDER_FIELDS) as Field[];
const DIRECTIONS = Object.keys(ORDER_DIRECTIONS) as Direction[];
const ORDERS = FIELDS.flatMap((field) => DIRECTIONS.map((direction) => [field, direction] as const));
/** The names of the operations in the generated documents. */
const OPERATIONS = Object.values(generated as Readonly<Record<string, DocumentNode>>)
  .flatMap(({ definitions }) => definitions)
  .flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? (definition.name?.value ?? []) : [],
  );

let api: Api;
/** A server on the same database, with summaries off. */
let silent: Api;
let database: Connection;
/** Has the advisory lock that a paused recalculation waits for. */
let lockHolder: Connection;
let page: ApiClient;
/** The operations that the server has answered without an error. */
let answered: Set<string | undefined>;

async function endpointOf({ app }: Api): Promise<string> {
  return `${await app.getUrl()}/graphql`;
}

beforeAll(async () => {
  api = await startApi();
  silent = await startApi({ SUMMARY_PROVIDER: 'off' }, api.databaseUrl);
  await api.app.listen(0, '127.0.0.1');
  await silent.app.listen(0, '127.0.0.1');
  database = await connect(api.databaseUrl);
  lockHolder = await connect(api.databaseUrl);
});
beforeEach(async () => {
  await database.rows('TRUNCATE leads, interactions, rescore_runs RESTART IDENTITY CASCADE');
  page = createApiClient(await endpointOf(api), WebSocket);
  answered = new Set();
  const { link } = page.client;
  const send = link.request.bind(link);
  link.request = (operation, forward) =>
    send(operation, forward).pipe(
      tap(({ errors }) => errors === undefined && answered.add(operation.operationName)),
    );
});
afterEach(async () => {
  await page.close();
  // A test that failed during a pause must not block the next ones.
  await lockHolder.rows('SELECT pg_advisory_unlock_all()');
  await database.rows('DROP TRIGGER IF EXISTS pause ON leads');
});
afterAll(async () => {
  await lockHolder.close();
  await database.close();
  await silent.close();
  await api.close();
});

/** Watches the list, as the page does, until the client closes. */
async function openList(
  client: Client,
  field: Field = 'SCORE',
  direction: Direction = 'DESC',
  first = PAGE_SIZE,
  hasClosed = false,
) {
  const options = listOptions(field, direction, { first, hasClosed });
  const watched = client.watchQuery({ query: LEAD_LIST, ...options });
  watched.subscribe(() => undefined);
  /** Waits until the watched query emits a matching list. */
  const until = async (isIt: (cards: readonly generated.LeadCardFragment[]) => boolean) => {
    await firstValueFrom(
      watched.pipe(
        observeOn(asapScheduler),
        filter(
          ({ data, dataState, loading }) =>
            dataState === 'complete' &&
            !loading &&
            isIt(getFragmentData(LEAD_CARD, data.leadsConnection.nodes)),
        ),
      ),
    );
  };
  await until(() => true);
  /** Reads the cache, because the watched query emits a moment later. */
  const connection = () => {
    const data = client.readQuery({ query: LEAD_LIST, variables: options.variables });
    if (data === null) throw new Error('The cache has no list.');
    return data.leadsConnection;
  };
  return {
    connection,
    until,
    ids: () => connection().nodes.map(({ id }) => id),
    cards: () => getFragmentData(LEAD_CARD, connection().nodes),
    next: () => nextPage({ leadsConnection: connection() }),
    fetchMore: (variables: ReturnType<typeof nextPage>) => watched.fetchMore({ variables: variables ?? {} }),
    refetch: () => watched.refetch(),
  };
}

async function loadMore(list: List): Promise<boolean> {
  const variables = list.next();
  if (variables !== null) await list.fetchMore(variables);
  return variables !== null;
}

/** Waits until the cache of the page contains a matching recalculation. */
function untilRun(
  client: Client,
  isIt: (run: generated.RunProgressFragment) => boolean,
): Promise<generated.RunProgressFragment> {
  return firstValueFrom(
    client.watchQuery({ query: LATEST_RUN, fetchPolicy: 'cache-only' }).pipe(
      // Apollo's queries do not support unsubscribing while they are being subscribed to.
      observeOn(asapScheduler),
      map(({ data, dataState }) => (dataState === 'complete' ? latestRun(data) : null)),
      filter((run): run is generated.RunProgressFragment => run !== null && isIt(run)),
    ),
  );
}

const areScored = (cards: readonly generated.LeadCardFragment[]) =>
  cards.every(({ activityScore }) => activityScore !== null);

/** Another caller starts a recalculation, which waits before it commits. */
async function recalculateElsewhere() {
  const pause = await pauseBeforeCommit(lockHolder);
  return { pause, others: api.ask('mutation { recalculateAllScores { count } }') };
}

async function untilWritten(): Promise<void> {
  for (let tries = 0; tries < 10_000; tries += 1) {
    if ((await database.rows('SELECT FROM rescore_runs WHERE "doneCount" > 0')).length > 0) return;
  }
  throw new Error('No recalculation has written scores.');
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => failureOf(error).code,
  );

/** A socket from a page whose origin the server rejects. */
class ForeignSocket extends WebSocket {
  constructor(address: string, protocols: string[]) {
    super(address, protocols, { origin: 'https://elsewhere.example' });
  }
}

/** Ignores the error: a test that waits for the effect runs into its time limit. */
const ignore = () => undefined;

describe('the lead list of examples/client', () => {
  it('names every order of the API', async () => {
    const { field, direction } = await api.ask<Record<string, { enumValues: { name: string }[] }>>(`{
      field: __type(name: "LeadOrderField") { enumValues { name } }
      direction: __type(name: "OrderDirection") { enumValues { name } } }`);
    expect([...FIELDS].sort()).toEqual(field?.enumValues.map(({ name }) => name).sort());
    expect([...DIRECTIONS].sort()).toEqual(direction?.enumValues.map(({ name }) => name).sort());
  });

  it.each(ORDERS)('loads page by page in the order %s, %s', async (field, direction) => {
    for (const [index, budget] of [300, null, 100, 500, 200, 400, null].entries()) {
      const id = await insertLead(database, { lastName: `Name ${(index * 3) % 7}`, budget });
      if (index !== 3) await insertInteraction(database, id, { ageInDays: (index * 5) % 7 });
    }
    await api.ask('mutation { recalculateAllScores { count } }');
    const { leadsConnection } = await api.ask<{ leadsConnection: { nodes: { id: string }[] } }>(
      `{ leadsConnection(orderBy: { field: ${field}, direction: ${direction} }) { nodes { id } } }`,
    );

    const list = await openList(page.client, field, direction, 3);
    const sizes = [list.ids().length];
    while (sizes.length < 4 && (await loadMore(list))) sizes.push(list.ids().length);
    expect(sizes).toEqual([3, 6, 7]);
    expect(list.ids()).toEqual(leadsConnection.nodes.map(({ id }) => id));
    expect(list.connection().totalCount).toBe(7);
    await list.until((cards) => cards.length === 7);
  });

  it('caches each order separately', async () => {
    const [zoe, adam] = [
      await insertLead(database, { lastName: 'Zoe' }),
      await insertLead(database, { lastName: 'Adam' }),
    ].map(String);
    const ascending = await openList(page.client, 'NAME', 'ASC');
    const descending = await openList(page.client, 'NAME', 'DESC');
    expect(ascending.ids()).toEqual([adam, zoe]);
    expect(descending.ids()).toEqual([zoe, adam]);
  });

  it('contains only open leads unless closed ones are requested', async () => {
    const ids: string[] = [];
    for (const status of ['new', 'won', 'Closed Lost', 'proposal']) {
      ids.push(String(await insertLead(database, { status })));
    }
    expect((await openList(page.client, 'CREATED_AT', 'ASC')).ids()).toEqual([ids[0], ids[3]]);
    expect((await openList(page.client, 'CREATED_AT', 'ASC', PAGE_SIZE, true)).ids()).toEqual(ids);
  });

  it('shows a page once if it was requested twice', async () => {
    const ids = (await insertLeads(database, 5)).map(String);
    const list = await openList(page.client, 'CREATED_AT', 'ASC', 2);
    await Promise.all([loadMore(list), loadMore(list)]);
    expect(list.ids()).toEqual(ids.slice(0, 4));
  });

  it('shows a lead once if it has moved to the next page', async () => {
    const ids = [];
    for (const budget of [10, 20, 30, 40]) ids.push(String(await insertLead(database, { budget })));
    const list = await openList(page.client, 'BUDGET', 'ASC', 2);
    await api.ask(`mutation { updateLead(updateLeadInput: { id: ${ids[0]}, budget: 35 }) { id } }`);
    await loadMore(list);
    expect(list.ids()).toEqual([ids[0], ids[1], ids[2]]);
    expect(await loadMore(list)).toBe(true);
    expect(list.ids()).toEqual(ids);
  });

  it('has no gap if the list restarts before a page arrives', async () => {
    const ids = (await insertLeads(database, 7)).map(String);
    const list = await openList(page.client, 'CREATED_AT', 'ASC', 2);
    await loadMore(list);
    const third = list.next();
    await list.refetch();
    expect(list.ids()).toEqual(ids.slice(0, 2));
    await list.fetchMore(third);
    expect(list.ids()).toEqual(ids.slice(0, 2));
  });
});

describe('the recalculation of examples/client', () => {
  it('shows its progress to the end, and then the new scores', async () => {
    await insertLeads(database, 30);
    const list = await openList(page.client);
    expect(list.cards().map(({ activityScore }) => activityScore)).toEqual(Array(PAGE_SIZE).fill(null));
    followRuns(page.client, ignore);
    const pause = await pauseBeforeCommit(lockHolder);
    const answer = recalculateAll(page.client);
    // The response arrives at the end; until then the progress comes from the subscription.
    expect(await untilRun(page.client, ({ savedCount }) => savedCount === 30)).toMatchObject({
      id: '1',
      status: 'RUNNING',
      totalCount: 30,
      calculatedCount: 30,
    });
    await pause.open();
    expect(await answer).toMatchObject({ recalculationId: '1', count: 30, failedCount: 0 });
    expect(await untilRun(page.client, ({ status }) => status !== 'RUNNING')).toMatchObject({
      id: '1',
      status: 'SUCCEEDED',
      savedCount: 30,
      failedCount: 0,
    });
    await list.until(areScored);
    expect(list.ids()).toHaveLength(PAGE_SIZE);
  });

  it('is followed to its end if another caller started it before the page opened', async () => {
    await insertLeads(database, 3);
    const { pause, others } = await recalculateElsewhere();
    await untilWritten();
    const list = await openList(page.client);
    followRuns(page.client, ignore);
    await untilRun(page.client, ({ status }) => status === 'RUNNING');
    await pause.open();
    await others;
    await untilRun(page.client, ({ status }) => status === 'SUCCEEDED');
    await list.until(areScored);
  });

  it('is followed if another caller starts several, one after another', async () => {
    await insertLeads(database, 3);
    followRuns(page.client, ignore);
    for (const id of ['1', '2', '3']) {
      const { pause, others } = await recalculateElsewhere();
      await untilRun(page.client, (run) => run.id === id && run.status === 'RUNNING');
      await pause.open();
      await others;
      await untilRun(page.client, (run) => run.id === id && run.status === 'SUCCEEDED');
      await database.rows('DROP TRIGGER pause ON leads');
    }
  });

  it('shows its result even without a socket', async () => {
    await insertLeads(database, 2);
    await recalculateAll(page.client);
    expect(latestRun(page.client.readQuery({ query: LATEST_RUN }) ?? undefined)).toMatchObject({
      status: 'SUCCEEDED',
      savedCount: 2,
    });
  });

  it('fails with RECALCULATION_RUNNING during another one, and shows that one', async () => {
    await insertLeads(database, 2);
    const { pause, others } = await recalculateElsewhere();
    await untilWritten();
    expect(await codeOf(recalculateAll(page.client))).toBe('RECALCULATION_RUNNING');
    expect(latestRun(page.client.readQuery({ query: LATEST_RUN }) ?? undefined)).toMatchObject({
      id: '1',
      status: 'RUNNING',
    });
    await pause.open();
    await others;
  });

  it('reports an error if the subscription is rejected', async () => {
    const foreign = createApiClient(await endpointOf(api), ForeignSocket);
    const code = await new Promise((resolve) => {
      followRuns(foreign.client, (error) => {
        resolve(failureOf(error).code);
      });
    });
    await foreign.close();
    expect(code).toBe('UNREACHABLE');
  });
});

describe('the lead card of examples/client', () => {
  it('shows a regenerated summary and its source', async () => {
    const id = String(await insertLead(database, { firstName: 'Grace', budget: 1000 }));
    const list = await openList(page.client);
    expect(list.cards()).toMatchObject([{ id, summary: null, activityScore: null }]);
    const card = await regenerateSummary(page.client, id);
    expect(card).toMatchObject({ id, summarySource: 'TEMPLATE' });
    expect(card.summary).toContain('Grace');
    expect(list.cards()).toEqual([card]);
  });

  it('shows the new score even if the summary fails', async () => {
    const id = String(await insertLead(database, { budget: 1000 }));
    const { client, close } = createApiClient(await endpointOf(silent), WebSocket);
    const list = await openList(client);
    expect(await codeOf(regenerateSummary(client, id))).toBe('SUMMARY_DISABLED');
    expect(list.cards()[0]?.activityScore).toEqual(expect.any(Number));
    await close();
  });

  it.each(Object.keys(INTERACTION_TYPES) as generated.InteractionType[])(
    'shows the new score after an interaction of type %s',
    async (type) => {
      const id = String(await insertLead(database));
      await api.ask('mutation { recalculateAllScores { count } }');
      const list = await openList(page.client);
      const [before] = list.cards();
      const date = new Date('2020-02-29T09:30:00Z').toISOString();
      const card = await addInteraction(page.client, id, {
        type,
        direction: 'INBOUND',
        date,
        notes: 'Hello',
      });
      expect(await database.rows('SELECT type, direction, notes FROM interactions')).toEqual([
        { type: type.toLowerCase(), direction: 'inbound', notes: 'Hello' },
      ]);
      expect(list.cards()).toEqual([card]);
      expect(card?.scoreCalculatedAt).not.toBe(before?.scoreCalculatedAt);
      const { lead } = await api.ask<{ lead: unknown }>(
        `{ lead(id: ${id}) { activityScore scoreCalculatedAt scoreBreakdown { recency { points cap reason } } } }`,
      );
      expect(card).toMatchObject(lead as Record<string, unknown>);
    },
  );
});

describe('the errors of examples/client', () => {
  const call = { type: 'CALL', direction: null, date: '2020-02-29T09:30:00Z', notes: '' } as const;

  it('are identified by the code of the API', async () => {
    const id = String(await insertLead(database));
    expect(await codeOf(regenerateSummary(page.client, '999'))).toBe('NOT_FOUND');
    expect(await codeOf(addInteraction(page.client, '999', call))).toBe('NOT_FOUND');
    expect(await codeOf(addInteraction(page.client, id, { ...call, date: 'soon' }))).toBe('BAD_USER_INPUT');
    expect(await database.rows('SELECT FROM interactions')).toHaveLength(0);
  });

  it('are identified by the HTTP status if another service answers', async () => {
    const { client, close } = createApiClient(
      (await endpointOf(api)).replace('/graphql', '/nothing'),
      WebSocket,
    );
    expect(await codeOf(client.query({ query: LATEST_RUN }))).toBe('HTTP_404');
    await close();
  });

  it('are UNREACHABLE if no server answers', async () => {
    const { client, close } = createApiClient('http://127.0.0.1:9/graphql', WebSocket);
    expect(await codeOf(client.query({ query: LATEST_RUN }))).toBe('UNREACHABLE');
    await close();
  });

  it('have headlines only for existing codes', () => {
    expect(Object.keys(HEADLINES).filter((code) => !ERROR_CODES.includes(code))).toEqual([]);
  });
});

describe('the operations of examples/client', () => {
  it('are all answered when the page is used', async () => {
    const id = String(await insertLead(database, { budget: 1000 }));
    await openList(page.client);
    followRuns(page.client, ignore);
    // Without a pause, the recalculation may end before the page subscribes to its progress.
    const pause = await pauseBeforeCommit(lockHolder);
    const recalculation = recalculateAll(page.client);
    await until(() => Promise.resolve(answered.has('RecalculationProgress')));
    await pause.open();
    await recalculation;
    await untilRun(page.client, ({ status }) => status === 'SUCCEEDED');
    await regenerateSummary(page.client, id);
    await addInteraction(page.client, id, {
      type: 'CALL',
      direction: null,
      date: '2020-02-29T09:30:00Z',
      notes: '',
    });
    expect(OPERATIONS.length).toBeGreaterThan(0);
    expect(OPERATIONS.filter((name) => !answered.has(name))).toEqual([]);
  });
});
