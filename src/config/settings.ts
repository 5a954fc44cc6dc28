import { z } from 'zod';
import { OperatorError } from '../common/operator-error.js';
import {
  validateAccessSettings,
  accessSettings,
  type AccessSettings,
  accessShape,
} from './access-settings.js';
import {
  validateDatabaseSettings,
  databaseSettings,
  type DatabaseSettings,
  databaseShape,
} from './database-settings.js';
import type { Environment } from './environment.js';
import { httpSettings, type HttpSettings, httpShape } from './http-settings.js';
import { limitSettings, type LimitSettings, limitsShape } from './limit-settings.js';
import { listSettings, type ListSettings, listsShape } from './list-settings.js';
import {
  observabilitySettings,
  type ObservabilitySettings,
  observabilityShape,
} from './observability-settings.js';
import { scoreSettings, type ScoreSettings, scoresShape } from './score-settings.js';
import { choice, isSet } from './setting-kinds.js';
import { timeSettings, type TimeSettings, timeShape } from './time-settings.js';
import {
  summariesShape,
  validateSummaryKey,
  summarySettings,
  type SummarySettings,
  validateSummaryTimeouts,
} from './summary-settings.js';

/** All settings, validated and typed. Times are in milliseconds unless their name contains another unit. */
export abstract class Settings {
  abstract readonly environment: 'development' | 'production';
  abstract readonly http: HttpSettings;
  /** Whether queries that the server receives again and again are compiled. */
  abstract readonly compilesQueries: boolean;
  abstract readonly access: AccessSettings;
  abstract readonly database: DatabaseSettings;
  abstract readonly times: TimeSettings;
  abstract readonly lists: ListSettings;
  abstract readonly scores: ScoreSettings;
  abstract readonly summaries: SummarySettings;
  abstract readonly limits: LimitSettings;
  abstract readonly observability: ObservabilitySettings;
  /** A message for each setting that is set but no longer exists in this version. */
  abstract readonly removed: readonly string[];
}

/** Settings of earlier versions, each with the message for users who still set it. */
const REMOVED: Readonly<Record<string, string>> = {
  SCORE_MAX_AGE_HOURS: 'scores are refreshed as soon as time changes them (SCORE_REFRESH_SECONDS)',
  SCORE_BANDS:
    'the limits of the bands are part of the scoring rules, which publishScoringRules and pnpm rules change',
  RESCORE_CRON: 'use RECALCULATION_CRON',
  QUERY_MAX_REPEATS: 'use QUERY_MAX_DUPLICATE_FIELDS',
  SUMMARY_AFTER_CHANGE_SECONDS: 'use SUMMARY_REFRESH_DELAY_SECONDS',
  RATE_LIMIT_DEAR_PER_MINUTE: 'use RATE_LIMIT_BULK_PER_MINUTE',
  RATE_LIMIT_REFUSED_PER_MINUTE: 'use RATE_LIMIT_AUTH_FAILURES_PER_MINUTE',
};

const removedOf = (env: Environment): string[] =>
  Object.entries(REMOVED)
    .filter(([name]) => isSet(env, name))
    .map(([name, message]) => `${name} no longer exists: ${message}.`);

/**
 * The program that reads the settings. A command, such as a migration, writes no summaries and needs no API
 * key for them.
 */
export type Program = 'server' | 'command';

const processShape = {
  NODE_ENV: choice(
    ['development', 'production', 'test'],
    'development',
    'NODE_ENV must be development, production or test',
    '`development`, `production` or `test`. Production needs `DATABASE_URL` and a choice about summaries.',
  ),
  COMPILE_QUERIES: choice(
    ['on', 'off'],
    'on',
    'COMPILE_QUERIES must be on or off',
    '`on` or `off`: whether the server compiles queries that it receives again and again, to answer them faster.',
  ),
  ...httpShape,
} satisfies z.ZodRawShape;

/** The settings by topic, in the order of docs/settings.md. */
export const SETTING_GROUPS = [
  { title: 'Server', shape: processShape },
  { title: 'Authentication', shape: accessShape },
  { title: 'Database', shape: databaseShape },
  { title: 'Timeouts', shape: timeShape },
  { title: 'Lists', shape: listsShape },
  { title: 'Scores', shape: scoresShape },
  { title: 'Summaries', shape: summariesShape },
  { title: 'Limits', shape: limitsShape },
  { title: 'Logs, metrics and traces', shape: observabilityShape },
] as const;

/** `A & B` for `A | B`. */
type Intersection<Union> = (Union extends unknown ? (part: Union) => void : never) extends (
  part: infer Parts,
) => void
  ? Parts
  : never;
type Shape = Intersection<(typeof SETTING_GROUPS)[number]['shape']>;

const schema = z.object(Object.assign({}, ...SETTING_GROUPS.map(({ shape }) => shape)) as Shape);

/**
 * Rules between settings. They are checked even if single settings are invalid, so that one start reports
 * every violation.
 */
const crossSettingViolations = (env: Environment, program: Program): string[] => [
  ...validateDatabaseSettings(env),
  ...validateSummaryTimeouts(env),
  ...(program === 'server' ? [...validateAccessSettings(env), ...validateSummaryKey(env)] : []),
];

/** Settings are missing or invalid. The message contains the name and the rule of each, but never a value. */
export class InvalidSettingsError extends OperatorError {
  constructor(readonly violations: readonly string[]) {
    super(`These settings are wrong:\n${violations.map((violation) => `  - ${violation}`).join('\n')}`);
  }
}

/**
 * Reads the settings from environment variables.
 * @throws InvalidSettingsError with all invalid settings at once
 */
export function loadSettings(environment: Environment, program: Program = 'server'): Settings {
  const parsed = schema.safeParse(environment);
  const violations = [
    ...(parsed.error?.issues.map((issue) => issue.message) ?? []),
    ...crossSettingViolations(environment, program),
  ];
  if (!parsed.success || violations.length > 0) throw new InvalidSettingsError(violations);

  const env = parsed.data;
  const isProduction = env.NODE_ENV === 'production';
  return Object.freeze<Settings>({
    environment: isProduction ? 'production' : 'development',
    http: Object.freeze(httpSettings(env, isProduction)),
    compilesQueries: env.COMPILE_QUERIES === 'on',
    access: Object.freeze(accessSettings(env, isProduction)),
    database: Object.freeze(databaseSettings(env)),
    times: Object.freeze(timeSettings(env, isProduction)),
    lists: Object.freeze(listSettings(env)),
    scores: Object.freeze(scoreSettings(env)),
    summaries: Object.freeze(summarySettings(env)),
    limits: Object.freeze(limitSettings(env, env.LEADS_LIST_LIMIT + env.INTERACTIONS_LIST_LIMIT)),
    observability: Object.freeze(observabilitySettings(env, isProduction)),
    removed: Object.freeze(removedOf(environment)),
  });
}

/** The names of all settings. */
export const settingNames: readonly string[] = Object.keys(schema.shape);
