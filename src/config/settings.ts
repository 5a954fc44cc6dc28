import { validateCronExpression } from 'cron';
import { z } from 'zod';
import { OperatorError } from '../common/operator-error.js';
import type { Environment } from './environment.js';

/** Everything that can be set from outside, validated and typed. Times are in milliseconds. */
export interface Settings {
  readonly environment: 'development' | 'production';
  readonly http: {
    /** Address to listen on. */
    readonly host: string;
    /** 0 lets the system choose. */
    readonly port: number;
    /** Origins that browsers may call from; null: any localhost origin. */
    readonly corsOrigins: readonly string[] | null;
  };
  readonly database: {
    /** null: the embedded PostgreSQL. */
    readonly url: string | null;
    /** Where the embedded PostgreSQL keeps its data. */
    readonly embeddedDirectory: string;
    /** Most connections that this process opens for requests. */
    readonly poolSize: number;
  };
  readonly lists: {
    /** Leads that `leads` answers at most; beyond, it fails and points to pages. */
    readonly maxLeads: number;
  };
  readonly scores: {
    /** The age from which a score counts as stale, in hours. */
    readonly maxAgeHours: number;
    /** When all scores are recalculated, as a cron expression in UTC; null: never by itself. */
    readonly rescoreCron: string | null;
  };
  readonly summaries: SummarySettings;
}

export interface SummarySettings {
  readonly writer: SummaryWriterSettings;
  /** A BCP 47 tag such as `de`; null: the language of the notes. */
  readonly language: string | null;
  /** Summaries of batches, and of leads that changed, that this process writes at once; 0: none. */
  readonly workerCount: number;
  /** How long after a change of a lead its summary is written anew, in seconds; null: never by itself. */
  readonly afterChangeSeconds: number | null;
}

export type SummaryWriterSettings =
  | {
      readonly provider: 'template';
      /** True where nobody chose the template: it stands in for a key that is missing. */
      readonly isFallback: boolean;
    }
  | { readonly provider: 'openrouter'; readonly openRouter: OpenRouterSettings }
  | { readonly provider: 'off' };

export interface OpenRouterSettings {
  readonly apiKey: string;
  /** Without a trailing slash. */
  readonly baseUrl: string;
  /** In order of preference, 1 to 3. */
  readonly models: readonly string[];
  /** For one attempt, 100 to 600 000 ms. */
  readonly attemptTimeoutMs: number;
  /** For a call with all its attempts, 100 to 600 000 ms; not below `attemptTimeoutMs`. */
  readonly totalTimeoutMs: number;
}

/** What the settings are for: a command, such as a migration, writes no summaries and needs no key for them. */
export type Program = 'server' | 'command';

/**
 * A variable that is set to nothing counts as not set: that is how shells and compose files unset one. White
 * space around a value is left out: files written on Windows end every line with some.
 */
const trimmed = (value: string | undefined): string | undefined =>
  value?.trim() === '' ? undefined : value?.trim();

const trim = (value: unknown): unknown => (typeof value === 'string' ? trimmed(value) : value);

const text = () => z.preprocess(trim, z.string().optional());

const integer = <Standard extends number | null>(
  name: string,
  minimum: number,
  maximum: number,
  standard: Standard,
) => {
  const rule = `${name} must be a whole number from ${minimum} to ${maximum}`;
  return z.preprocess(
    trim,
    z
      .string()
      .regex(/^\d{1,10}$/, rule)
      .transform(Number)
      .refine((value) => value >= minimum && value <= maximum, rule)
      .optional()
      .transform((value) => value ?? standard),
  );
};

/** Whether there is a name for it, so that a model can be told. */
function isLanguage(tag: string): boolean {
  try {
    return new Intl.DisplayNames('en', { type: 'language', fallback: 'none' }).of(tag) !== undefined;
  } catch {
    return false;
  }
}

const isUrl = (protocols: readonly string[]) => (value: string) =>
  URL.canParse(value) && protocols.includes(new URL(value).protocol);

/** Paths can be put behind it, it can be shown, and `fetch` takes it. */
function isPlainUrl(value: string): boolean {
  const { username, password, search, hash } = new URL(value);
  return username === '' && password === '' && search === '' && hash === '';
}

const list = (value: string): string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

const isOrigin = (value: string): boolean =>
  isUrl(['http:', 'https:'])(value) && new URL(value).origin === value;

const schema = z.object({
  NODE_ENV: z.preprocess(
    trim,
    z
      .enum(['development', 'production', 'test'], 'NODE_ENV must be development, production or test')
      .default('development'),
  ),
  HOST: text(),
  PORT: integer('PORT', 0, 65_535, 3000),
  CORS_ORIGINS: text()
    .transform((value) => (value === undefined ? undefined : list(value)))
    .refine(
      (origins) => origins === undefined || origins.every(isOrigin),
      'CORS_ORIGINS must be origins such as https://crm.example.com, separated by commas, with no path',
    ),
  DATABASE_URL: text().refine(
    (value) => value === undefined || isUrl(['postgres:', 'postgresql:'])(value),
    'DATABASE_URL must be a URL such as postgres://user:password@host:5432/database',
  ),
  DATABASE_POOL_SIZE: integer('DATABASE_POOL_SIZE', 2, 500, 10),
  EMBEDDED_POSTGRES_DIR: text(),
  LEADS_LIST_LIMIT: integer('LEADS_LIST_LIMIT', 1, 1_000_000, 5_000),
  SCORE_MAX_AGE_HOURS: integer('SCORE_MAX_AGE_HOURS', 1, 8760, 24),
  RESCORE_CRON: text().refine(
    (value) => value === undefined || validateCronExpression(value).valid,
    'RESCORE_CRON must be a cron expression such as 0 3 * * *',
  ),
  SUMMARY_PROVIDER: z.preprocess(
    trim,
    z
      .enum(['openrouter', 'template', 'off'], 'SUMMARY_PROVIDER must be openrouter, template or off')
      .optional(),
  ),
  SUMMARY_LANGUAGE: text().refine(
    (value) => value === undefined || isLanguage(value),
    'SUMMARY_LANGUAGE must be a language tag such as de or pt-BR',
  ),
  SUMMARY_WORKERS: integer('SUMMARY_WORKERS', 0, 50, 4),
  SUMMARY_AFTER_CHANGE_SECONDS: integer('SUMMARY_AFTER_CHANGE_SECONDS', 1, 86_400, null),
  OPENROUTER_API_KEY: text().refine(
    (value) => value === undefined || /^[\x21-\x7e]{8,512}$/.test(value),
    'OPENROUTER_API_KEY must be 8 to 512 printable ASCII characters without spaces',
  ),
  OPENROUTER_BASE_URL: text()
    .refine(
      (value) => value === undefined || isUrl(['http:', 'https:'])(value),
      'OPENROUTER_BASE_URL must be an http or https URL',
    )
    .refine(
      (value) => value === undefined || !URL.canParse(value) || isPlainUrl(value),
      'OPENROUTER_BASE_URL must hold no user, password, query or fragment',
    ),
  OPENROUTER_MODELS: text()
    .transform((value) => (value === undefined ? ['openai/gpt-4o-mini'] : list(value)))
    .refine(
      (models) => models.length >= 1 && models.length <= 3,
      'OPENROUTER_MODELS must name 1 to 3 models, separated by commas',
    ),
  OPENROUTER_ATTEMPT_TIMEOUT_MS: integer('OPENROUTER_ATTEMPT_TIMEOUT_MS', 100, 600_000, 30_000),
  OPENROUTER_TOTAL_TIMEOUT_MS: integer('OPENROUTER_TOTAL_TIMEOUT_MS', 100, 600_000, 60_000),
});

/** Rules that hold whatever else is wrong, so that one start names every fault. */
function rulesBetweenSettings(env: Environment, program: Program): string[] {
  const isSet = (name: string) => trimmed(env[name]) !== undefined;
  const isProduction = trimmed(env.NODE_ENV) === 'production';
  const provider = trimmed(env.SUMMARY_PROVIDER);
  const faults: string[] = [];
  if (isProduction && !isSet('DATABASE_URL')) {
    faults.push('DATABASE_URL must be set in production, where nothing is embedded');
  }
  if (isAttemptLongerThanTotal(env)) {
    faults.push('OPENROUTER_ATTEMPT_TIMEOUT_MS must not be above OPENROUTER_TOTAL_TIMEOUT_MS');
  }
  if (program === 'command') return faults;
  if (isProduction && provider !== 'template' && provider !== 'off' && !isSet('OPENROUTER_API_KEY')) {
    faults.push(
      'OPENROUTER_API_KEY must be set in production (or SUMMARY_PROVIDER=template, to write summaries without a model)',
    );
  } else if (provider === 'openrouter' && !isSet('OPENROUTER_API_KEY')) {
    faults.push('OPENROUTER_API_KEY must be set where SUMMARY_PROVIDER is openrouter');
  }
  return faults;
}

/** False where one of the two is wrong by itself, which is named already. */
function isAttemptLongerThanTotal(env: Environment): boolean {
  const { OPENROUTER_ATTEMPT_TIMEOUT_MS: attempt, OPENROUTER_TOTAL_TIMEOUT_MS: total } = schema.shape;
  const attemptMs = attempt.safeParse(env.OPENROUTER_ATTEMPT_TIMEOUT_MS);
  const totalMs = total.safeParse(env.OPENROUTER_TOTAL_TIMEOUT_MS);
  return attemptMs.success && totalMs.success && attemptMs.data > totalMs.data;
}

/** One or more settings are missing or make no sense. Names every one of them and its rule, never a value. */
export class InvalidSettingsError extends OperatorError {
  constructor(readonly faults: readonly string[]) {
    super(`These settings are wrong:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

const DEFAULT_BASE_URL = 'https://openrouter.ai/api/v1';

/**
 * Reads the settings out of an environment.
 * @throws InvalidSettingsError naming every wrong setting at once
 */
export function loadSettings(environment: Environment, program: Program = 'server'): Settings {
  const parsed = schema.safeParse(environment);
  const faults = [
    ...(parsed.error?.issues.map((issue) => issue.message) ?? []),
    ...rulesBetweenSettings(environment, program),
  ];
  if (!parsed.success || faults.length > 0) throw new InvalidSettingsError(faults);

  const env = parsed.data;
  const isProduction = env.NODE_ENV === 'production';
  return Object.freeze<Settings>({
    environment: isProduction ? 'production' : 'development',
    http: Object.freeze({
      host: env.HOST ?? '127.0.0.1',
      port: env.PORT,
      corsOrigins: corsOrigins(env.CORS_ORIGINS, isProduction),
    }),
    database: Object.freeze({
      url: env.DATABASE_URL ?? null,
      embeddedDirectory: env.EMBEDDED_POSTGRES_DIR ?? '.data/postgres',
      poolSize: env.DATABASE_POOL_SIZE,
    }),
    lists: Object.freeze({ maxLeads: env.LEADS_LIST_LIMIT }),
    scores: Object.freeze({
      maxAgeHours: env.SCORE_MAX_AGE_HOURS,
      rescoreCron: env.RESCORE_CRON ?? null,
    }),
    summaries: Object.freeze(summarySettings(env)),
  });
}

function corsOrigins(
  origins: readonly string[] | undefined,
  isProduction: boolean,
): readonly string[] | null {
  if (origins === undefined && !isProduction) return null;
  return Object.freeze([...(origins ?? [])]);
}

function summarySettings(env: z.output<typeof schema>): SummarySettings {
  return {
    writer: Object.freeze(writerSettings(env)),
    language: env.SUMMARY_LANGUAGE ?? null,
    workerCount: env.SUMMARY_WORKERS,
    afterChangeSeconds: env.SUMMARY_AFTER_CHANGE_SECONDS,
  };
}

function writerSettings(env: z.output<typeof schema>): SummaryWriterSettings {
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

/** The names of all settings there are, for `.env.example` and the README to be held against. */
export const settingNames: readonly string[] = Object.keys(schema.shape);
