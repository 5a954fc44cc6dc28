import type { z } from 'zod';
import type { Environment } from './environment.js';
import { integer, isProduction, isSet, isUrl, type SettingsOf, text } from './setting-kinds.js';

export interface DatabaseSettings {
  /** null: the embedded PostgreSQL. */
  readonly url: string | null;
  /** Where the embedded PostgreSQL keeps its data. */
  readonly embeddedDirectory: string;
  /** Most connections that this process opens for requests. */
  readonly poolSize: number;
}

export const databaseShape = {
  DATABASE_URL: text().refine(
    (value) => value === undefined || isUrl(['postgres:', 'postgresql:'])(value),
    'DATABASE_URL must be a URL such as postgres://user:password@host:5432/database',
  ),
  DATABASE_POOL_SIZE: integer('DATABASE_POOL_SIZE', 2, 500, 10),
  EMBEDDED_POSTGRES_DIR: text(),
} satisfies z.ZodRawShape;

export function databaseFaults(env: Environment): string[] {
  return isProduction(env) && !isSet(env, 'DATABASE_URL')
    ? ['DATABASE_URL must be set in production, where nothing is embedded']
    : [];
}

export function databaseSettings(env: SettingsOf<typeof databaseShape>): DatabaseSettings {
  return {
    url: env.DATABASE_URL ?? null,
    embeddedDirectory: env.EMBEDDED_POSTGRES_DIR ?? '.data/postgres',
    poolSize: env.DATABASE_POOL_SIZE,
  };
}
