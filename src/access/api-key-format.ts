import { createHash, randomBytes } from 'node:crypto';

/** An API key as it is sent. */
export interface ApiKeyParts {
  readonly id: number;
  readonly hash: Buffer;
}

const PREFIX = 'lsk_';
const SECRET_BYTES = 32;
const FORM = /^lsk_([1-9]\d{0,8})_[\w-]{43}$/;

/** Of all of the key, so that a secret fits its own id alone. It is random: no salt or slow hash adds to it. */
export const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

export const looksLikeApiKey = (token: string): boolean => token.startsWith(PREFIX);

export const newApiKey = (id: number): string =>
  `${PREFIX}${id}_${randomBytes(SECRET_BYTES).toString('base64url')}`;

/** Null where it has not the form of one. */
export function partsOf(key: string): ApiKeyParts | null {
  const [, id] = FORM.exec(key) ?? [];
  return id === undefined ? null : { id: Number(id), hash: hashOf(key) };
}
