import type pg from 'pg';
import type { Role } from '../common/caller.js';
import { OperatorError } from '../common/operator-error.js';
import { errorCodeOf } from '../database/connection-errors.js';
import { DedicatedConnections } from '../database/dedicated-connections.js';
import { hashOf, newApiKey } from './api-key-format.js';

/** What operators see of an API key. It does not contain the key itself. */
export interface ApiKeyRecord {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
}

const UNIQUE_VIOLATION = '23505';

/** Creates, lists and revokes API keys, for operators. */
export class ApiKeyStore {
  constructor(private readonly client: pg.Client) {}

  /**
   * @returns the key, which is not stored and cannot be retrieved later
   * @throws OperatorError if an active key has the same name
   */
  async create(name: string, role: Role): Promise<string> {
    try {
      const { rows } = await this.client.query<{ id: number }>(
        `SELECT nextval(pg_get_serial_sequence('api_keys', 'id'))::integer AS id`,
      );
      const key = newApiKey(rows[0]?.id ?? 0);
      await this.client.query(
        'INSERT INTO api_keys (id, name, role, "keyHash") OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4)',
        [rows[0]?.id, name, role, hashOf(key)],
      );
      return key;
    } catch (error) {
      if (errorCodeOf(error) !== UNIQUE_VIOLATION) throw error;
      throw new OperatorError(`There is a key ${name} already: choose another name, or revoke it first.`, {
        cause: error,
      });
    }
  }

  /** All keys, including revoked ones, oldest first. */
  async findAll(): Promise<ApiKeyRecord[]> {
    const { rows } = await this.client.query<ApiKeyRecord>(
      'SELECT id, name, role, "createdAt", "revokedAt" FROM api_keys ORDER BY id',
    );
    return rows;
  }

  /**
   * @param idOrName id or name of an active key
   * @throws OperatorError if there is no such key
   */
  async revoke(idOrName: string): Promise<ApiKeyRecord> {
    const { rows } = await this.client.query<ApiKeyRecord>(
      `UPDATE api_keys SET "revokedAt" = clock_timestamp()
       WHERE (id::text = $1 OR name = $1) AND "revokedAt" IS NULL
       RETURNING id, name, role, "createdAt", "revokedAt"`,
      [idOrName],
    );
    const [revoked] = rows;
    if (revoked !== undefined) return revoked;
    throw new OperatorError(
      `There is no key ${idOrName} that could be revoked; \`pnpm apikey list\` lists all keys.`,
    );
  }
}

/** Opens the store, passes it to `work` and closes it. */
export async function withApiKeyStore<Result>(
  databaseUrl: string,
  work: (store: ApiKeyStore) => Promise<Result>,
): Promise<Result> {
  const client = await new DedicatedConnections(databaseUrl).open('api keys');
  try {
    return await work(new ApiKeyStore(client));
  } finally {
    await client.end();
  }
}
