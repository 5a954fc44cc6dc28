import { z } from 'zod';
import type { Environment } from './environment.js';
import {
  integer,
  isProduction,
  isSet,
  isUrl,
  list,
  type SettingsOf,
  text,
  trim,
  trimmed,
} from './setting-kinds.js';

export abstract class SummarySettings {
  abstract readonly writer: SummaryWriterSettings;
  /** A BCP 47 tag such as `de`; null: the language of the notes. */
  abstract readonly language: string | null;
  /** How many summaries of batches and of changed leads this process writes at the same time; 0: none. */
  abstract readonly workerCount: number;
  /**
   * Delay in seconds from a change of a lead until its summary is written again; null: never automatically.
   */
  abstract readonly refreshDelaySeconds: number | null;
}

export type SummaryWriterSettings =
  | {
      readonly provider: 'template';
      /** True if the template was not configured, but replaces OpenRouter because its API key is missing. */
      readonly isFallback: boolean;
    }
  | { readonly provider: 'openrouter'; readonly openRouter: OpenRouterSettings }
  | { readonly provider: 'off' };

export interface OpenRouterSettings {
  readonly apiKey: string;
  /** Without a trailing slash. */
  readonly baseUrl: string;
  /** Model names in order of preference, 1 to 3. */
  readonly models: readonly string[];
  /** Timeout of one attempt, 100 to 600 000 ms. */
  readonly attemptTimeoutMs: number;
  /** Timeout of a call with all its attempts, 100 to 600 000 ms; at least `attemptTimeoutMs`. */
  readonly totalTimeoutMs: number;
}

/** Whether the language has an English name, which the prompt needs. */
function isLanguage(tag: string): boolean {
  try {
    return new Intl.DisplayNames('en', { type: 'language', fallback: 'none' }).of(tag) !== undefined;
  } catch {
    return false;
  }
}

/** Whether paths can be appended to the URL, `fetch` accepts it, and it contains no secret. */
function isPlainUrl(value: string): boolean {
  const { username, password, search, hash } = new URL(value);
  return username === '' && password === '' && search === '' && hash === '';
}

const DEFAULT_BASE_URL = 'https://openrouter.ai/api/v1';
const DEFAULT_MODEL = 'openai/gpt-4o-mini';

export const summariesShape = {
  SUMMARY_PROVIDER: z
    .preprocess(
      trim,
      z
        .enum(['openrouter', 'template', 'off'], 'SUMMARY_PROVIDER must be openrouter, template or off')
        .optional(),
    )
    .meta({
      meaning: '`openrouter`, `template` or `off`.',
      unset: '`openrouter` if there is a key; else `template` in development',
    }),
  SUMMARY_LANGUAGE: text()
    .refine(
      (value) => value === undefined || isLanguage(value),
      'SUMMARY_LANGUAGE must be a language tag such as de or pt-BR',
    )
    .meta({
      meaning: 'Language of summaries, a tag such as `de` or `pt-BR`.',
      unset: 'the language of the notes',
    }),
  SUMMARY_WORKERS: integer(
    'SUMMARY_WORKERS',
    0,
    50,
    4,
    'Summaries of batches that this server writes at once. `0` leaves them to other servers.',
  ),
  SUMMARY_REFRESH_DELAY_SECONDS: integer(
    'SUMMARY_REFRESH_DELAY_SECONDS',
    1,
    86_400,
    null,
    'Delay between a change of a lead and its new summary, in seconds.',
    'summaries are not renewed after a change',
  ),
  OPENROUTER_API_KEY: text()
    .refine(
      (value) => value === undefined || /^[\x21-\x7e]{8,512}$/.test(value),
      'OPENROUTER_API_KEY must be 8 to 512 printable ASCII characters without spaces',
    )
    .meta({ meaning: 'Key of [OpenRouter](https://openrouter.ai).' }),
  OPENROUTER_BASE_URL: text()
    .refine(
      (value) => value === undefined || isUrl(['http:', 'https:'])(value),
      'OPENROUTER_BASE_URL must be an http or https URL',
    )
    .refine(
      (value) => value === undefined || !URL.canParse(value) || isPlainUrl(value),
      'OPENROUTER_BASE_URL must not contain a user, password, query or fragment',
    )
    .meta({
      meaning: 'Base URL of OpenRouter, or of a server with the same API.',
      defaultValue: DEFAULT_BASE_URL,
    }),
  OPENROUTER_MODELS: text()
    .transform((value) => (value === undefined ? [DEFAULT_MODEL] : list(value)))
    .refine(
      (models) => models.length >= 1 && models.length <= 3,
      'OPENROUTER_MODELS must name 1 to 3 models, separated by commas',
    )
    .meta({
      meaning: 'One to three models in order of preference, separated by commas.',
      defaultValue: DEFAULT_MODEL,
    }),
  OPENROUTER_ATTEMPT_TIMEOUT_MS: integer(
    'OPENROUTER_ATTEMPT_TIMEOUT_MS',
    100,
    600_000,
    30_000,
    'Timeout of one attempt, in milliseconds.',
  ),
  OPENROUTER_TOTAL_TIMEOUT_MS: integer(
    'OPENROUTER_TOTAL_TIMEOUT_MS',
    100,
    600_000,
    60_000,
    'Timeout of a call with its retries, in milliseconds.',
  ),
} satisfies z.ZodRawShape;

/** Reports a missing API key. Only programs that write summaries need it. */
export function validateSummaryKey(env: Environment): string[] {
  const provider = trimmed(env.SUMMARY_PROVIDER);
  if (isSet(env, 'OPENROUTER_API_KEY') || provider === 'template' || provider === 'off') return [];
  if (isProduction(env)) {
    return [
      'OPENROUTER_API_KEY must be set in production (or SUMMARY_PROVIDER=template, to write summaries without a model)',
    ];
  }
  return provider === 'openrouter'
    ? ['OPENROUTER_API_KEY must be set if SUMMARY_PROVIDER is openrouter']
    : [];
}

export function validateSummaryTimeouts(env: Environment): string[] {
  return isAttemptLongerThanTotal(env)
    ? ['OPENROUTER_ATTEMPT_TIMEOUT_MS must not be above OPENROUTER_TOTAL_TIMEOUT_MS']
    : [];
}

/** False if one of the two is invalid itself, since that error is already reported. */
function isAttemptLongerThanTotal(env: Environment): boolean {
  const { OPENROUTER_ATTEMPT_TIMEOUT_MS: attempt, OPENROUTER_TOTAL_TIMEOUT_MS: total } = summariesShape;
  const attemptMs = attempt.safeParse(env.OPENROUTER_ATTEMPT_TIMEOUT_MS);
  const totalMs = total.safeParse(env.OPENROUTER_TOTAL_TIMEOUT_MS);
  return attemptMs.success && totalMs.success && attemptMs.data > totalMs.data;
}

export function summarySettings(env: SettingsOf<typeof summariesShape>): SummarySettings {
  return {
    writer: Object.freeze(writerSettings(env)),
    language: env.SUMMARY_LANGUAGE ?? null,
    workerCount: env.SUMMARY_WORKERS,
    refreshDelaySeconds: env.SUMMARY_REFRESH_DELAY_SECONDS,
  };
}

function writerSettings(env: SettingsOf<typeof summariesShape>): SummaryWriterSettings {
  const { OPENROUTER_API_KEY: apiKey, SUMMARY_PROVIDER: provider } = env;
  if (provider === 'off') return { provider };
  if (provider === 'template' || apiKey === undefined) {
    return { provider: 'template', isFallback: provider !== 'template' };
  }
  return {
    provider: 'openrouter',
    openRouter: Object.freeze({
      apiKey,
      baseUrl: (env.OPENROUTER_BASE_URL ?? DEFAULT_BASE_URL).replace(/\/+$/, ''),
      models: Object.freeze([...env.OPENROUTER_MODELS]),
      attemptTimeoutMs: env.OPENROUTER_ATTEMPT_TIMEOUT_MS,
      totalTimeoutMs: env.OPENROUTER_TOTAL_TIMEOUT_MS,
    }),
  };
}
