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

type Field = generated.LeadOrderField;
type Direction = generated.OrderDirection;
type Client = ApiClient['client'];
type List = Awaited<ReturnType<typeof openList>>;

const FIELDS = Object.keys(ORDER_FIELDS) as Field[];
const DIRECTIONS = Object.keys(ORDER_DIRECTIONS) as Direction[];
const ORDERS = FIELDS.flatMap((field) => DIRECTIONS.map((direction) => [field, direction] as const));
/** What the example has generated documents of, but for its fragments. */
const OPERATIONS = Object.values(generated as Readonly<Record<string, DocumentNode>>)
  .flatMap(({ definitions }) => definitions)
  .flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? (definition.name?.value ?? []) : [],
  );

let api: Api;
/** The same without anybody who writes summaries. */
let silent: Api;
let database: Connection;
/** Holds the gate of a recalculation that is paused. */
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
  await database.rows('TRUNCATE leads, interactions, rescore_runs RESTART IDENTITY');
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
  // Where a test has failed with its gate closed, the next ones are to run all the same.
  await lockHolder.rows('SELECT pg_advisory_unlock_all()');
  await database.rows('DROP TRIGGER IF EXISTS pause ON leads');
});
afterAll(async () => {
  await lockHolder.close();
  await database.close();
  await silent.close();
  await api.close();
});

/** The list as the page asks for it: somebody watches it until the client is closed. */
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
  /** Waits until whoever watches is shown a list like that. */
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
  /** As the cache has it: whoever watches is told a moment later. */
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

/** Waits until the page knows of a run that is like that. */
function untilRun(
  client: Client,
  isIt: (run: generated.RunProgressFragment) => boolean,
): Promise<generated.RunProgressFragment> {
  return firstValueFrom(
    client.watchQuery({ query: LATEST_RUN, fetchPolicy: 'cache-only' }).pipe(
      // Apollo's queries do not bear that somebody leaves while they are being subscribed to.
      observeOn(asapScheduler),
      map(({ data, dataState }) => (dataState === 'complete' ? latestRun(data) : null)),
      filter((run): run is generated.RunProgressFragment => run !== null && isIt(run)),
    ),
  );
}

const areScored = (cards: readonly generated.LeadCardFragment[]) =>
  cards.every(({ activityScore }) => activityScore !== null);

/** Somebody else begins a recalculation, which waits before it commits. */
async function recalculateElsewhere() {
  const pause = await pauseBeforeCommit(lockHolder);
  return { pause, others: api.ask('mutation { recalculateAllScores { count } }') };
}

async function untilWritten(): Promise<void> {
  for (let tries = 0; tries < 10_000; tries += 1) {
    if ((await database.rows('SELECT FROM rescore_runs WHERE "doneCount" > 0')).length > 0) return;
  }
  throw new Error('Nobody recalculates.');
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => failureOf(error).code,
  );

/** Of a page that the server trusts with nothing. */
class ForeignSocket extends WebSocket {
  constructor(address: string, protocols: string[]) {
    super(address, protocols, { origin: 'https://elsewhere.example' });
  }
}

/** Tells nobody that it failed: a test that waits for what it should have done runs into its time limit. */
const ignore = () => undefined;

describe('the lead list of examples/client', () => {
  it('names every order that there is', async () => {
    const { field, direction } = await api.ask<Record<string, { enumValues: { name: string }[] }>>(`{
      field: __type(name: "LeadOrderField") { enumValues { name } }
      direction: __type(name: "OrderDirection") { enumValues { name } } }`);
    expect([...FIELDS].sort()).toEqual(field?.enumValues.map(({ name }) => name).sort());
    expect([...DIRECTIONS].sort()).toEqual(direction?.enumValues.map(({ name }) => name).sort());
  });

  it.each(ORDERS)('is loaded page by page by %s, %s', async (field, direction) => {
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

  it('has the orders apart', async () => {
    const [zoe, adam] = [
      await insertLead(database, { lastName: 'Zoe' }),
      await insertLead(database, { lastName: 'Adam' }),
    ].map(String);
    const ascending = await openList(page.client, 'NAME', 'ASC');
    const descending = await openList(page.client, 'NAME', 'DESC');
    expect(ascending.ids()).toEqual([adam, zoe]);
    expect(descending.ids()).toEqual([zoe, adam]);
  });

  it('has open leads alone, unless closed ones are asked for', async () => {
    const ids: string[] = [];
    for (const status of ['new', 'won', 'Closed Lost', 'proposal']) {
      ids.push(String(await insertLead(database, { status })));
    }
    expect((await openList(page.client, 'CREATED_AT', 'ASC')).ids()).toEqual([ids[0], ids[3]]);
    expect((await openList(page.client, 'CREATED_AT', 'ASC', PAGE_SIZE, true)).ids()).toEqual(ids);
  });

  it('shows a page once that was asked for twice', async () => {
    const ids = (await insertLeads(database, 5)).map(String);
    const list = await openList(page.client, 'CREATED_AT', 'ASC', 2);
    await Promise.all([loadMore(list), loadMore(list)]);
    expect(list.ids()).toEqual(ids.slice(0, 4));
  });

  it('shows a lead once that has moved to the next page meanwhile', async () => {
    const ids = [];
    for (const budget of [10, 20, 30, 40]) ids.push(String(await insertLead(database, { budget })));
    const list = await openList(page.client, 'BUDGET', 'ASC', 2);
    await api.ask(`mutation { updateLead(updateLeadInput: { id: ${ids[0]}, budget: 35 }) { id } }`);
    await loadMore(list);
    expect(list.ids()).toEqual([ids[0], ids[1], ids[2]]);
    expect(await loadMore(list)).toBe(true);
    expect(list.ids()).toEqual(ids);
  });

  it('leaves no gap where the list was begun anew before a page came', async () => {
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
  it('tells how far it is, to its end, and shows the new scores', async () => {
    await insertLeads(database, 30);
    const list = await openList(page.client);
    expect(list.cards().map(({ activityScore }) => activityScore)).toEqual(Array(PAGE_SIZE).fill(null));
    followRuns(page.client, ignore);
    const pause = await pauseBeforeCommit(lockHolder);
    const answer = recalculateAll(page.client);
    // The answer comes when all is done: this is what the subscription tells.
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

  it('is followed to its end where somebody else began it before the page was opened', async () => {
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

  it('is followed where somebody else begins one after the other', async () => {
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

  it('says how it ended where no socket gets through', async () => {
    await insertLeads(database, 2);
    await recalculateAll(page.client);
    expect(latestRun(page.client.readQuery({ query: LATEST_RUN }) ?? undefined)).toMatchObject({
      status: 'SUCCEEDED',
      savedCount: 2,
    });
  });

  it('fails with RECALCULATION_RUNNING beside another one, and shows that one', async () => {
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

  it('says that it cannot be followed where the subscription is refused', async () => {
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
  it('shows the summary that was written anew, and who wrote it', async () => {
    const id = String(await insertLead(database, { firstName: 'Grace', budget: 1000 }));
    const list = await openList(page.client);
    expect(list.cards()).toMatchObject([{ id, summary: null, activityScore: null }]);
    const card = await regenerateSummary(page.client, id);
    expect(card).toMatchObject({ id, summarySource: 'TEMPLATE' });
    expect(card.summary).toContain('Grace');
    expect(list.cards()).toEqual([card]);
  });

  it('shows the fresh score though the summary could not be written', async () => {
    const id = String(await insertLead(database, { budget: 1000 }));
    const { client, close } = createApiClient(await endpointOf(silent), WebSocket);
    const list = await openList(client);
    expect(await codeOf(regenerateSummary(client, id))).toBe('SUMMARY_DISABLED');
    expect(list.cards()[0]?.activityScore).toEqual(expect.any(Number));
    await close();
  });

  it.each(Object.keys(INTERACTION_TYPES) as generated.InteractionType[])(
    'shows the score that a new interaction leads to: %s',
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
  const nobodys = { type: 'CALL', direction: null, date: '2020-02-29T09:30:00Z', notes: '' } as const;

  it('are known by the code of the API', async () => {
    const id = String(await insertLead(database));
    expect(await codeOf(regenerateSummary(page.client, '999'))).toBe('NOT_FOUND');
    expect(await codeOf(addInteraction(page.client, '999', nobodys))).toBe('NOT_FOUND');
    expect(await codeOf(addInteraction(page.client, id, { ...nobodys, date: 'soon' }))).toBe(
      'BAD_USER_INPUT',
    );
    expect(await database.rows('SELECT FROM interactions')).toHaveLength(0);
  });

  it('are known by the status where somebody else answers', async () => {
    const { client, close } = createApiClient(
      (await endpointOf(api)).replace('/graphql', '/nothing'),
      WebSocket,
    );
    expect(await codeOf(client.query({ query: LATEST_RUN }))).toBe('HTTP_404');
    await close();
  });

  it('are known where nobody answers', async () => {
    const { client, close } = createApiClient('http://127.0.0.1:9/graphql', WebSocket);
    expect(await codeOf(client.query({ query: LATEST_RUN }))).toBe('UNREACHABLE');
    await close();
  });

  it('have words for codes that there are', () => {
    expect(Object.keys(HEADLINES).filter((code) => !ERROR_CODES.includes(code))).toEqual([]);
  });
});

describe('the operations of examples/client', () => {
  it('are all answered when the page is used', async () => {
    const id = String(await insertLead(database, { budget: 1000 }));
    await openList(page.client);
    followRuns(page.client, ignore);
    await recalculateAll(page.client);
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
