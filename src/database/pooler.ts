import type pg from 'pg';
import { OperatorError } from '../common/operator-error.js';
import { connectionError } from './connection-errors.js';
import { type DatabaseIdentity, differenceOf, IDENTITY_COLUMNS } from './database-identity.js';
import { DedicatedConnections } from './dedicated-connections.js';
import { openSession } from './session.js';
import { queryUnlimited } from './session-settings.js';

const CONNECT_TIMEOUT_MS = 10_000;

/** A database of a running server. Replicas of the server, and copies elsewhere, have another start time. */
interface RunningDatabase extends DatabaseIdentity {
  /** In microseconds since 1970. */
  readonly serverStartedAt: string;
}

const READ_RUNNING = `
  SELECT ${IDENTITY_COLUMNS},
    (extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint::text AS "serverStartedAt"`;

/** Ensures that the pooler leads to the same database as the direct connection. */
export class PoolerGuard {
  private expected: RunningDatabase | null = null;
  private isAstray = false;

  /**
   * @param connections direct connections to the database
   * @param report called with the message when a session leads elsewhere and the previous one did not
   */
  constructor(
    private readonly connections: DedicatedConnections,
    private readonly report: (message: string) => void = () => undefined,
  ) {}

  /** @param session a new session through the pooler @throws OperatorError if it leads elsewhere */
  async check(session: pg.Client): Promise<void> {
    const difference = await this.differenceOf(await readRunning(session));
    if (difference === null) {
      this.isAstray = false;
      return;
    }
    const error = new OperatorError(
      `DATABASE_POOLER_URL leads to ${difference} than DATABASE_URL; both must lead to the same database.`,
    );
    if (!this.isAstray) this.report(error.message);
    this.isAstray = true;
    throw error;
  }

  private async differenceOf(reached: RunningDatabase): Promise<string | null> {
    const known = this.expected;
    if (known !== null && differenceBetween(known, reached) === null) return null;
    // The database itself may have been restarted or replaced since then.
    this.expected = await this.readExpected();
    return differenceBetween(this.expected, reached);
  }

  private async readExpected(): Promise<RunningDatabase> {
    const session = await this.connections.open('identity check');
    try {
      return await readRunning(session);
    } finally {
      await session.end();
    }
  }
}

/** @throws OperatorError if the pooler cannot be used, or leads to another database */
export async function ensurePoolerMatches(url: string, poolerUrl: string | null): Promise<void> {
  if (poolerUrl === null) return;
  const guard = new PoolerGuard(new DedicatedConnections(url));
  try {
    const session = await openSession({
      url: poolerUrl,
      purpose: 'pooler check',
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      isPooled: true,
      check: (opened) => guard.check(opened),
    });
    await session.end();
  } catch (error) {
    throw connectionError(poolerUrl, error, 'DATABASE_POOLER_URL');
  }
}

function differenceBetween(one: RunningDatabase, other: RunningDatabase): string | null {
  const difference = differenceOf(one, other);
  if (difference !== null) return difference;
  return one.serverStartedAt === other.serverStartedAt ? null : 'a replica or a copy of another server';
}

async function readRunning(session: pg.Client): Promise<RunningDatabase> {
  const [running] = await queryUnlimited<RunningDatabase>(session, READ_RUNNING);
  if (running === undefined) throw new Error('The identity of the database returned no row.');
  return running;
}
