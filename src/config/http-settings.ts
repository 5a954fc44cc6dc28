import { isIP } from 'node:net';
import type { z } from 'zod';
import { integer, isUrl, list, type SettingsOf, text } from './setting-kinds.js';

export abstract class HttpSettings {
  /** Address to listen on. */
  abstract readonly host: string;
  /** 0: the operating system chooses the port. */
  abstract readonly port: number;
  /** Origins that may call from a browser; null: any localhost origin. */
  abstract readonly corsOrigins: readonly string[] | null;
  /**
   * Addresses or networks of trusted proxies, or the number of proxies in front of this server; null: no
   * proxy.
   */
  abstract readonly trustProxy: readonly string[] | number | null;
  /** Maximum number of open client connections, including WebSockets. */
  abstract readonly maxConnections: number;
}

const isOrigin = (value: string): boolean =>
  isUrl(['http:', 'https:'])(value) && new URL(value).origin === value;

/** Whether the text is an IP address, or a network such as 10.0.0.0/8. */
function isNetwork(value: string): boolean {
  const [address = '', prefix, ...rest] = value.split('/');
  const bits = isIP(address) === 4 ? 32 : 128;
  return (
    isIP(address) !== 0 &&
    rest.length === 0 &&
    (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits))
  );
}

const isHopCount = (value: string): boolean => /^[1-9]$/.test(value);

export const DEFAULT_HOST = '127.0.0.1';

export const httpShape = {
  HOST: text().meta({
    meaning: 'Address to listen on. `0.0.0.0` accepts connections from other machines.',
    defaultValue: DEFAULT_HOST,
  }),
  PORT: integer('PORT', 0, 65_535, 3000, 'Port to listen on. `0` lets the operating system choose.'),
  HTTP_MAX_CONNECTIONS: integer(
    'HTTP_MAX_CONNECTIONS',
    10,
    1_000_000,
    2_000,
    'Open client connections at most, WebSockets included. If the limit on open files is lower, the server keeps 128 files for itself.',
  ),
  CORS_ORIGINS: text()
    .transform((value) => (value === undefined ? undefined : list(value)))
    .refine(
      (origins) => origins === undefined || origins.every(isOrigin),
      'CORS_ORIGINS must be origins such as https://crm.example.com, separated by commas, with no path',
    )
    .meta({
      meaning: 'Browser origins that may call, separated by commas.',
      unset: 'any localhost origin in development, none in production',
    }),
  TRUST_PROXY: text()
    .refine(
      (value) => value === undefined || isHopCount(value) || list(value).every(isNetwork),
      'TRUST_PROXY must be addresses or networks such as 10.0.0.0/8, separated by commas, or a number of proxies from 1 to 9',
    )
    .meta({
      meaning:
        'Proxies that may say which address a request comes from: addresses or networks, separated by commas, or a number of proxies from 1 to 9.',
      unset: 'none',
    }),
} satisfies z.ZodRawShape;

export function httpSettings(env: SettingsOf<typeof httpShape>, isProduction: boolean): HttpSettings {
  return {
    host: env.HOST ?? DEFAULT_HOST,
    port: env.PORT,
    trustProxy: trustProxy(env.TRUST_PROXY),
    maxConnections: env.HTTP_MAX_CONNECTIONS,
    corsOrigins:
      env.CORS_ORIGINS === undefined && !isProduction ? null : Object.freeze([...(env.CORS_ORIGINS ?? [])]),
  };
}

function trustProxy(value: string | undefined): HttpSettings['trustProxy'] {
  if (value === undefined) return null;
  return isHopCount(value) ? Number(value) : Object.freeze(list(value));
}
