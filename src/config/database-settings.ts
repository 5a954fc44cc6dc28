import { z } from 'zod';
import { InvalidDatabaseUrlError, parseDatabaseUrl } from './database-url.js';
import type { Environment } from './environment.js';
import { integer, isProduction, isSet, list, type SettingsOf, text } from './setting-kinds.js';

export abstract class DatabaseSettings {
  /** Null: the embedded PostgreSQL. */
  abstract readonly url: string | null;
  /** A connection pooler in front of the same database, for the statements of requests; null: none. */
  abstract readonly poolerUrl: string | null;
  /** The data directory of the embedded PostgreSQL. */
  abstract readonly embeddedDirectory: string;
  /** Maximum number of connections that this process opens for requests. */
  abstract readonly poolSize: number;
  /** Streaming replicas of the database, which serve queries. */
  abstract readonly replicaUrls: readonly string[];
  /** Replicas that lag behind by more than this serve no reads; 100 to 60 000 ms. */
  abstract readonly replicaMaxLagMs: number;
}

/** The rule that one of the URLs violates; null: all are valid. */
function brokenRule(urls: readonly string[]): string | null {
  try {
    urls.forEach(parseDatabaseUrl);
    return null;
  } catch (error) {
    if (error instanceof InvalidDatabaseUrlError) return error.message;
    throw error;
  }
}

const urlsIn = (value: string | undefined): string[] => (value === undefined ? [] : [value]);

/** @param urlsOf returns the URLs in a value of the setting */
const validUrls =
  <Value>(name: string, urlsOf: (value: Value) => readonly string[]) =>
  (value: Value, context: z.RefinementCtx): void => {
    const rule = brokenRule(urlsOf(value));
    if (rule !== null) context.addIssue({ code: 'custom', message: `${name} ${rule}` });
  };

const DEFAULT_EMBEDDED_DIRECTORY = '.data/postgres';

export const databaseShape = {
  DATABASE_URL: text().superRefine(validUrls('DATABASE_URL', urlsIn)).meta({
    meaning: '`postgres://user:password@host:5432/database`. Not a pooler in transaction mode.',
    unset: 'an embedded PostgreSQL in development; required in production',
  }),
  DATABASE_POOLER_URL: text().superRefine(validUrls('DATABASE_POOLER_URL', urlsIn)).meta({
    meaning:
      'A pooler, such as PgBouncer, in front of the same database. Requests send their statements through it.',
    unset: 'none',
  }),
  DATABASE_POOL_SIZE: integer(
    'DATABASE_POOL_SIZE',
    2,
    500,
    10,
    'Connections to the database at most. A third of them is kept for reads.',
  ),
  EMBEDDED_POSTGRES_DIR: text().meta({
    meaning: 'Data directory of the embedded PostgreSQL.',
    defaultValue: DEFAULT_EMBEDDED_DIRECTORY,
  }),
  DATABASE_REPLICA_URLS: text()
    .transform((value) => list(value ?? ''))
    .superRefine(validUrls('Each URL of DATABASE_REPLICA_URLS', (urls: string[]) => urls))
    .meta({ meaning: 'Streaming replicas that queries are read from, separated by commas.', unset: 'none' }),
  DATABASE_REPLICA_MAX_LAG_MS: integer(
    'DATABASE_REPLICA_MAX_LAG_MS',
    100,
    60_000,
    5_000,
    'Replication lag, in milliseconds, from which the server stops reading from a replica.',
  ),
} satisfies z.ZodRawShape;

export function validateDatabaseSettings(env: Environment): string[] {
  return isProduction(env) && !isSet(env, 'DATABASE_URL')
    ? ['DATABASE_URL must be set in production, which has no embedded PostgreSQL']
    : [];
}

export function databaseSettings(env: SettingsOf<typeof databaseShape>): DatabaseSettings {
  return {
    url: env.DATABASE_URL ?? null,
    poolerUrl: env.DATABASE_POOLER_URL ?? null,
    embeddedDirectory: env.EMBEDDED_POSTGRES_DIR ?? DEFAULT_EMBEDDED_DIRECTORY,
    poolSize: env.DATABASE_POOL_SIZE,
    replicaUrls: Object.freeze([...env.DATABASE_REPLICA_URLS]),
    replicaMaxLagMs: env.DATABASE_REPLICA_MAX_LAG_MS,
  };
}
