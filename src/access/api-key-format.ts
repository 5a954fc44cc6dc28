import { createHash, randomBytes } from 'node:crypto';

/** The parts of an API key. */
export interface ApiKeyParts {
  readonly id: number;
  readonly hash: Buffer;
}

const PREFIX = 'lsk_';
const SECRET_BYTES = 32;
const FORM = /^lsk_([1-9]\d{0,8})_[\w-]{43}$/;

/**
 * Hashes the whole key, so that a secret is only valid with its own id. The secret is random, so a salt or a
 * slow hash is not needed.
 */
export const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

export const looksLikeApiKey = (token: string): boolean => token.startsWith(PREFIX);

export const newApiKey = (id: number): string =>
  `${PREFIX}${id}_${randomBytes(SECRET_BYTES).toString('base64url')}`;

/** Null if the key is malformed. */
export function partsOf(key: string): ApiKeyParts | null {
  const [, id] = FORM.exec(key) ?? [];
  return id === undefined ? null : { id: Number(id), hash: hashOf(key) };
}
