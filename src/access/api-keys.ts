import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { LRUCache } from 'lru-cache';
import { Sequelize } from 'sequelize';
import { isRole, type Role } from '../common/caller.js';
import { readRows } from '../database/read-rows.js';
import { partsOf } from './api-key-format.js';
import { type Authentication, UnauthenticatedError } from './authentication.js';

/** How long a key is believed without a look: a revoked one is refused on every replica when this has passed. */
const BELIEVED_FOR_MS = 4_000;
const MAX_BELIEVED = 1_000;

interface StoredKey {
  readonly role: string;
  readonly keyHash: Buffer;
}

/** In place of the hash of a key that is not there, so that the comparison takes as long. */
const NO_HASH = Buffer.alloc(32);

/** Believes API keys that the database knows. */
@Injectable()
export class ApiKeys {
  /** By their hashes: no secret is kept. */
  private readonly believed = new LRUCache<string, { readonly role: Role }, string>({
    max: MAX_BELIEVED,
    ttl: BELIEVED_FOR_MS,
    fetchMethod: (_hash, _stale, { context: key }) => this.find(key),
  });

  constructor(@InjectConnection() private readonly sequelize: Sequelize) {}

  /** @throws UnauthenticatedError where the key is unknown or revoked */
  async authenticate(key: string): Promise<Authentication> {
    const parts = partsOf(key);
    if (parts === null) throw new UnauthenticatedError('the API key has not the form of one');
    const found = await this.believed.fetch(parts.hash.toString('base64'), { context: key });
    if (found === undefined) throw new UnauthenticatedError('the API key is unknown or revoked');
    return { caller: { key: `key:${parts.id}`, role: found.role }, expiresAt: null };
  }

  private async find(key: string): Promise<{ readonly role: Role } | undefined> {
    const parts = partsOf(key);
    if (parts === null) return undefined;
    const [stored] = await readRows<StoredKey>(this.sequelize, {
      sql: 'SELECT role, "keyHash" FROM api_keys WHERE id = $1 AND "revokedAt" IS NULL',
      bind: [parts.id],
    });
    const isSame = timingSafeEqual(stored?.keyHash ?? NO_HASH, parts.hash);
    return stored !== undefined && isSame && isRole(stored.role) ? { role: stored.role } : undefined;
  }
}
