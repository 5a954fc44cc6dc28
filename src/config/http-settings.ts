import type { z } from 'zod';
import { integer, isUrl, list, type SettingsOf, text } from './setting-kinds.js';

export interface HttpSettings {
  /** Address to listen on. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Origins that browsers may call from; null: any localhost origin. */
  readonly corsOrigins: readonly string[] | null;
}

const isOrigin = (value: string): boolean =>
  isUrl(['http:', 'https:'])(value) && new URL(value).origin === value;

export const httpShape = {
  HOST: text(),
  PORT: integer('PORT', 0, 65_535, 3000),
  CORS_ORIGINS: text()
    .transform((value) => (value === undefined ? undefined : list(value)))
    .refine(
      (origins) => origins === undefined || origins.every(isOrigin),
      'CORS_ORIGINS must be origins such as https://crm.example.com, separated by commas, with no path',
    ),
} satisfies z.ZodRawShape;

export function httpSettings(env: SettingsOf<typeof httpShape>, isProduction: boolean): HttpSettings {
  return {
    host: env.HOST ?? '127.0.0.1',
    port: env.PORT,
    corsOrigins:
      env.CORS_ORIGINS === undefined && !isProduction ? null : Object.freeze([...(env.CORS_ORIGINS ?? [])]),
  };
}
