import { z } from 'zod';
import { choice, isUrl, type SettingsOf, text } from './setting-kinds.js';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Settings of logging, metrics and tracing. */
export abstract class ObservabilitySettings {
  /** Log lines below this level are discarded. */
  abstract readonly logLevel: LogLevel;
  /** `public`: every caller may read the metrics; `off`: there are none; otherwise callers with the token. */
  abstract readonly metricsAccess: { readonly token: string } | 'public' | 'off';
  /** Receiver of traces; null: tracing is off. */
  abstract readonly tracing: TracingSettings | null;
}

export interface TracingSettings {
  /** Base URL of an OTLP receiver over HTTP, without the path for traces. */
  readonly endpoint: string;
  readonly serviceName: string;
}

/** Shorter tokens can be guessed. */
const MIN_TOKEN_LENGTH = 16;
const DEFAULT_SERVICE_NAME = 'lead-scoring-api';

export const observabilityShape = {
  LOG_LEVEL: choice(
    LOG_LEVELS,
    'info',
    `LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}`,
    '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`.',
  ),
  METRICS_TOKEN: text()
    .refine(
      (value) => value === undefined || /^[\x21-\x7e]+$/.test(value),
      'METRICS_TOKEN must be of printable ASCII characters without spaces',
    )
    .refine(
      (value) => value === undefined || value.length >= MIN_TOKEN_LENGTH,
      `METRICS_TOKEN must be at least ${MIN_TOKEN_LENGTH} characters long`,
    )
    .meta({
      meaning: 'Bearer token that `/metrics` requires, 16 characters or more.',
      unset: 'metrics are public in development and unavailable in production',
    }),
  OTEL_EXPORTER_OTLP_ENDPOINT: text()
    .refine(
      (value) => value === undefined || isUrl(['http:', 'https:'])(value),
      'OTEL_EXPORTER_OTLP_ENDPOINT must be a URL such as http://localhost:4318',
    )
    .meta({
      meaning: 'OTLP receiver of traces over HTTP, such as `http://localhost:4318`.',
      unset: 'no traces',
    }),
  OTEL_SERVICE_NAME: text().meta({
    meaning: 'Name of this server in traces.',
    defaultValue: DEFAULT_SERVICE_NAME,
  }),
} satisfies z.ZodRawShape;

export function observabilitySettings(
  env: SettingsOf<typeof observabilityShape>,
  isProduction: boolean,
): ObservabilitySettings {
  const { METRICS_TOKEN: token, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = env;
  const withoutToken = isProduction ? 'off' : 'public';
  return {
    logLevel: env.LOG_LEVEL,
    metricsAccess: token === undefined ? withoutToken : Object.freeze({ token }),
    tracing:
      endpoint === undefined
        ? null
        : Object.freeze({
            endpoint: endpoint.replace(/\/+$/, ''),
            serviceName: env.OTEL_SERVICE_NAME ?? DEFAULT_SERVICE_NAME,
          }),
  };
}
