import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect, type Connection } from '../support/connection.js';
import { Fleet, type FleetAnswer } from '../support/fleet.js';
import { type Random, randomOf } from '../support/fleet-client.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { answersTo } from '../support/websocket.js';

/** Above 100, so that servers lease several tokens at a time. */
const REQUESTS = 250;
const WRITES = 40;
const BULK = 5;
const LEADS = '{ leadsConnection(first: 1) { totalCount } }';
const CREATE = 'mutation ($lead: CreateLeadInput!) { createLead(createLeadInput: $lead) { id } }';
const REGENERATE = 'mutation { regenerateSummaries(limit: 1) { id } }';
/** FLEET_SEED=… pnpm test callers-of-several-servers */
const SEED = Number(process.env.FLEET_SEED ?? randomInt(2 ** 31));

interface Counted {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly code: unknown;
}

let directory: TemporaryDirectory;
let database: TestDatabase;
let fleet: Fleet;
let observer: Connection;
let random: Random;

beforeAll(async () => {
  directory = await temporaryDirectory();
  database = await createTestDatabase();
  observer = await connect(database.url);
  fleet = await Fleet.start(database.url, directory.path, {
    RATE_LIMIT_PER_MINUTE: String(REQUESTS),
    RATE_LIMIT_WRITES_PER_MINUTE: String(WRITES),
    RATE_LIMIT_BULK_PER_MINUTE: String(BULK),
  });
}, 60_000);
afterAll(async () => {
  await fleet.close();
  await observer.close();
  await database.drop();
  await directory.remove();
});
beforeEach(() => {
  random = randomOf(SEED);
});

const urls = () => fleet.servers.map(({ url }) => url);

/** Any server, directly or through the load balancer. */
const anyUrl = () => [...urls(), fleet.url][Math.floor(random() * 4)] ?? fleet.url;

async function count(url: string, key: string, query: string, variables = {}): Promise<Counted> {
  const response = await fleet.post(url, query, variables, key);
  const { errors } = (await response.json()) as FleetAnswer;
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    code: errors?.[0]?.extensions.code,
  };
}

/** Sends requests to random servers, some of them concurrently. */
async function drive(times: number, key: string, query: string, variables = () => ({})): Promise<Counted[]> {
  const all: Counted[] = [];
  while (all.length < times) {
    const atOnce = Math.min(1 + Math.floor(random() * 12), times - all.length);
    const sent = Array.from({ length: atOnce }, () => count(anyUrl(), key, query, variables()));
    all.push(...(await Promise.all(sent)));
  }
  return all;
}

/** Counts the answered requests; every other one must contain Retry-After. */
function answeredOf(all: readonly Counted[]): number {
  const rejected = all.filter(({ status }) => status !== 200);
  for (const { status, retryAfter, code } of rejected) {
    expect({ status, code }).toEqual({ status: 429, code: 'RATE_LIMITED' });
    expect(Number(retryAfter)).toBeGreaterThan(0);
    expect(Number(retryAfter)).toBeLessThanOrEqual(60);
  }
  return all.length - rejected.length;
}

let callerCount = 0;
const newCaller = () => fleet.createKey(`caller-${++callerCount}`, 'admin');

describe(`rate limits of three servers (FLEET_SEED=${SEED})`, () => {
  it('let each caller send as many requests as the limit, over all servers together', async () => {
    const [greedy, other] = [await newCaller(), await newCaller()];
    const [ofGreedy, ofOther] = await Promise.all([
      drive(2 * REQUESTS, greedy, LEADS),
      drive(20, other, LEADS),
    ]);
    // No leased token stays unused: in the end every server has rejected a request of this caller.
    expect(answeredOf(ofGreedy)).toBe(REQUESTS);
    expect(answeredOf(ofOther)).toBe(20);
    for (const url of [...urls(), fleet.url]) {
      expect(await count(url, greedy, LEADS)).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
      expect(await count(url, other, LEADS)).toMatchObject({ status: 200 });
      const rejected = answersTo(fleet.connectSocket(url, greedy), LEADS).next();
      await expect(rejected).rejects.toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    }
  });

  it('let a caller write as often as the limit, and rejected mutations write nothing', async () => {
    let leadCount = 0;
    const variables = () => ({
      lead: {
        firstName: 'Ada',
        lastName: 'Lovelace',
        email: `lead-${++leadCount}@example.com`,
        status: 'new',
      },
    });
    expect(answeredOf(await drive(2 * WRITES, await newCaller(), CREATE, variables))).toBe(WRITES);
    expect(await observer.rows('SELECT count(*)::int AS count FROM leads')).toEqual([{ count: WRITES }]);
  });

  it('let each caller run bulk operations as often as their own limit', async () => {
    const [greedy, other] = [await newCaller(), await newCaller()];
    expect(answeredOf(await drive(4 * BULK, greedy, REGENERATE))).toBe(BULK);
    expect(answeredOf(await drive(BULK, other, REGENERATE))).toBe(BULK);
    expect(await count(anyUrl(), greedy, LEADS)).toMatchObject({ status: 200 });
  });
});

describe('a key', () => {
  it('is accepted by every server, and by none within seconds after it is revoked, sockets included', async () => {
    const key = await fleet.createKey('brief', 'viewer');
    for (const url of urls()) expect(await count(url, key, LEADS)).toMatchObject({ status: 200 });
    const sockets = await Promise.all(urls().map((url) => fleet.holdSocket(url, key)));
    await fleet.revokeKey('brief');
    const revokedAt = performance.now();
    const sinceRevoked = () => performance.now() - revokedAt;

    const untilRejected = async (url: string) => {
      while ((await count(url, key, LEADS)).status === 200 && sinceRevoked() < 6_000) await sleep(250);
      return count(url, key, LEADS);
    };
    for (const rejected of await Promise.all(urls().map(untilRejected))) {
      expect(rejected).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    }
    // Servers check sockets every two seconds, and the cached state of a key may be four seconds old then.
    const closed = Promise.all(sockets.map((socket) => socket.closed));
    expect(await Promise.race([closed, sleep(8_000 - sinceRevoked(), 'still open')])).toEqual(
      Array(3).fill({ code: 4403, reason: 'The API key was revoked' }),
    );
  }, 20_000);
});
