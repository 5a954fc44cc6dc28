import { readFile } from 'node:fs/promises';
import autocannon from 'autocannon';
import { type Benchmark, say } from './benchmark.js';
import { CONTENDERS, type ServerUnderComparison, VARIABLES } from './contenders.js';
import { ask, type ServerProcess, startServerProcess } from './server-under-test.js';

const CONNECTIONS = 16;

/** The result of a server in one turn. */
export interface Turn {
  readonly requestsPerSecond: number;
  /** In milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds of processor time of its process per request; null: unknown. */
  readonly cpu: number | null;
}

export interface MeasuredContender {
  readonly name: string;
  readonly turns: readonly Turn[];
}

/** Each server has one turn per round. The first round is not counted. */
export async function measureContenders(
  { database, rounds, cleanUp }: Benchmark,
  seconds: number,
): Promise<MeasuredContender[]> {
  const running: { contender: ServerUnderComparison; server: ServerProcess; turns: Turn[] }[] = [];
  for (const contender of CONTENDERS) {
    const server = await startServerProcess(contender.program, database.url, cleanUp);
    running.push({ contender, server, turns: [] });
  }
  await checkAgreement(running);
  for (let round = 0; round <= rounds; round += 1) {
    for (const { contender, server, turns } of running) {
      const turn = await takeTurn(contender, server, seconds);
      if (round > 0) turns.push(turn);
      say(`  round ${round} of ${rounds}: ${contender.name} ${turn.requestsPerSecond.toFixed(1)} requests/s`);
    }
  }
  await Promise.all(running.map(({ server }) => server.stop()));
  return running.map(({ contender: { name }, turns }) => ({ name, turns }));
}

/**
 * @throws Error if servers return different leads or interactions, because the comparison would be invalid
 */
async function checkAgreement(
  running: readonly { contender: ServerUnderComparison; server: ServerProcess }[],
): Promise<void> {
  const answers = await Promise.all(
    running.map(async ({ contender: { query, leadsOf }, server }) => {
      const leads = leadsOf(await ask(server, query, VARIABLES));
      return JSON.stringify(
        leads.map(({ id, interactions }) => [Number(id), interactions.map((one) => Number(one.id))]),
      );
    }),
  );
  running.forEach(({ contender: { name } }, index) => {
    if (answers[index] !== answers[0]) {
      throw new Error(`${name} answers other leads or interactions than ${running[0]?.contender.name}.`);
    }
  });
}

async function takeTurn(
  { name, query }: ServerUnderComparison,
  { url, headers, pid }: ServerProcess,
  seconds: number,
): Promise<Turn> {
  const cpuBefore = await cpuMilliseconds(pid);
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: seconds,
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: JSON.stringify({ query, variables: VARIABLES }),
  });
  const cpuAfter = await cpuMilliseconds(pid);
  if (result.non2xx + result.errors + result.timeouts > 0) throw new Error(`${name} failed under load.`);
  const count = result.requests.total;
  return {
    requestsPerSecond: count / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    cpu: cpuBefore === null || cpuAfter === null ? null : (cpuAfter - cpuBefore) / count,
  };
}

/** Linux counts in hundredths of a second. */
const MS_A_TICK = 10;

/** Null without /proc, which only Linux has. */
async function cpuMilliseconds(pid: number | undefined): Promise<number | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  const [user, system] =
    stat
      ?.slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13) ?? [];
  return user === undefined || system === undefined ? null : (Number(user) + Number(system)) * MS_A_TICK;
}
