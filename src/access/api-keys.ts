import { timingSafeEqual } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { Sequelize } from 'sequelize';
import { isRole, type Role } from '../common/caller.js';
import { DomainError } from '../common/domain-error.js';
import { currentRequest, requestIdOf, withRequest } from '../common/request-context.js';
import { OpenRequests } from '../common/request-deadline.js';
import { readRows } from '../database/read-rows.js';
import { type ApiKeyParts, partsOf } from './api-key-format.js';
import { type Authentication, UnauthenticatedError } from './authentication.js';

/** Maximum age of the copy of the table. After this time, every replica rejects a revoked key. */
const MAX_AGE_MS = 4_000;
/** Minimum time between two reads, no matter how many wrong keys arrive. */
const READ_INTERVAL_MS = 100;
const READ_TIMEOUT_MS = 5_000;

interface StoredKey {
  readonly id: number;
  readonly role: string;
  readonly keyHash: Buffer;
}

/** All active keys at the time when the read started. */
interface KeyTable {
  readonly readAt: number;
  readonly keys: ReadonlyMap<number, StoredKey>;
}

/** Compared if no key has the id, so that the comparison takes the same time. */
const NO_HASH = Buffer.alloc(32);

/**
 * Authenticates API keys against a copy of the active keys, which contains hashes only. Concurrent requests
 * share one read of the table, so the number of wrong keys does not determine the number of database queries.
 */
@Injectable()
export class ApiKeys {
  private table: KeyTable | null = null;
  private running: Promise<unknown> = Promise.resolve();
  private next: Promise<KeyTable> | null = null;

  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    private readonly openRequests: OpenRequests,
  ) {}

  /**
   * @param mayReadAgain whether to read the table again if the key is not in the copy, as it may have been
   *   created since
   * @throws UnauthenticatedError if the key is unknown or revoked
   * @throws DomainError SERVICE_UNAVAILABLE if the database cannot be queried
   */
  async authenticate(key: string, mayReadAgain = true): Promise<Authentication> {
    const parts = partsOf(key);
    if (parts === null) throw new UnauthenticatedError('the API key is malformed');
    const role = await untilRequestEnds(this.roleOf(parts, mayReadAgain));
    if (role === null) throw new UnauthenticatedError('the API key is unknown or revoked');
    return { caller: { key: `key:${parts.id}`, role }, expiresAt: null };
  }

  private async roleOf(parts: ApiKeyParts, mayReadAgain: boolean): Promise<Role | null> {
    const { table } = this;
    const isRecent = table !== null && performance.now() - table.readAt < MAX_AGE_MS;
    if (!isRecent) return roleIn(await this.readSoon(), parts);
    return roleIn(table, parts) ?? (mayReadAgain ? roleIn(await this.readSoon(), parts) : null);
  }

  /** Waits for a read that starts after this call, so that it includes every key created before the call. */
  private readSoon(): Promise<KeyTable> {
    this.next ??= this.running.then(async () => {
      const waitMs = (this.table?.readAt ?? -Infinity) + READ_INTERVAL_MS - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      this.next = null;
      const reading = this.read();
      this.running = reading.catch(() => undefined);
      return reading;
    });
    return this.next;
  }

  /**
   * Runs in a request context of its own: the read must not be aborted with the request that triggered it.
   */
  private async read(): Promise<KeyTable> {
    const deadline = this.openRequests.begin(READ_TIMEOUT_MS);
    const readAt = performance.now();
    try {
      const rows = await withRequest({ id: requestIdOf(undefined), deadline }, () =>
        readRows<StoredKey>(this.sequelize, {
          sql: 'SELECT id, role, "keyHash" FROM api_keys WHERE "revokedAt" IS NULL',
          bind: [],
        }),
      );
      return (this.table = { readAt, keys: new Map(rows.map((row) => [row.id, row])) });
    } catch (error) {
      if (deadline.error?.code !== 'REQUEST_TIMED_OUT') throw error;
      throw new DomainError('SERVICE_UNAVAILABLE', 'API keys cannot be checked at the moment; try again.', {
        cause: error,
      });
    } finally {
      deadline.close(false);
    }
  }
}

function roleIn({ keys }: KeyTable, { id, hash }: ApiKeyParts): Role | null {
  const stored = keys.get(id);
  const isSame = timingSafeEqual(stored?.keyHash ?? NO_HASH, hash);
  return stored !== undefined && isSame && isRole(stored.role) ? stored.role : null;
}

const untilRequestEnds = <Result>(work: Promise<Result>): Promise<Result> =>
  currentRequest()?.deadline?.race(work) ?? work;
