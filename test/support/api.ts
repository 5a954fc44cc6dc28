import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { vi } from 'vitest';
import { getConnectionToken } from '@nestjs/sequelize';
import type { Sequelize } from 'sequelize';
import pg from 'pg';
import request from 'supertest';
import { loadSettings } from '../../src/config/settings.js';
import type { Environment } from '../../src/config/environment.js';
import { createApp } from '../../src/configure-app.js';
import { createTestDatabase } from './test-database.js';

export interface GraphQLAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: Readonly<Record<string, unknown>>;
  }[];
}

/** A statement as the driver sends it. */
export interface SentStatement {
  readonly text: string;
  readonly values?: readonly unknown[];
}

/** The application on its own database, used over HTTP. */
export interface Api {
  readonly app: NestFastifyApplication;
  readonly databaseUrl: string;
  /** The connection pool of the application. */
  readonly sequelize: Sequelize;
  /** Sends a document and returns the response, including errors. */
  send(query: string, variables?: Record<string, unknown>): Promise<GraphQLAnswer>;
  /** Sends a document that must succeed and returns its data. @throws if it fails */
  ask<Data>(query: string, variables?: Record<string, unknown>): Promise<Data>;
  /** Sends a document that must fail and returns the code of its first error. */
  codeOf(query: string, variables?: Record<string, unknown>): Promise<unknown>;
  /** Records the statements that the application sends while work is done. */
  recordStatements(work: () => Promise<unknown>): Promise<SentStatement[]>;
  /** Counts the statements that the application sends while work is done. */
  countStatements(work: () => Promise<unknown>): Promise<number>;
  close(): Promise<void>;
}

/**
 * Statements that do not belong to a request: those that Sequelize sends on each new connection, and periodic
 * ones of the server. The latter read the sizes of lists and the scoring rules, check whether the database
 * accepts writes, and delete old rate limits.
 */
const IS_OF_NO_REQUEST =
  /^(SET|SHOW|WITH ranges|DELETE FROM rate_limits) |^SELECT version, rules FROM scoring_rules|^SELECT count\(\*\)::int AS count FROM \(SELECT FROM |current_setting\('transaction_read_only'\)/;

/**
 * Includes statements of models and of plain reads, because all use the driver. The tests' own connections
 * use it too, but at other times.
 */
async function recordStatements(work: () => Promise<unknown>): Promise<SentStatement[]> {
  const submit = vi.spyOn(pg.Query.prototype as unknown as { submit(): unknown }, 'submit');
  try {
    await work();
    return (submit.mock.contexts as SentStatement[]).filter(({ text }) => !IS_OF_NO_REQUEST.test(text));
  } finally {
    submit.mockRestore();
  }
}

/** Tests send more requests than rate limits allow, except tests of the limits. */
const WITHOUT_RATE_LIMITS = {
  RATE_LIMIT_PER_MINUTE: '0',
  RATE_LIMIT_WRITES_PER_MINUTE: '0',
  RATE_LIMIT_SUMMARIES_PER_MINUTE: '0',
  RATE_LIMIT_BULK_PER_MINUTE: '0',
  RATE_LIMIT_AUTH_FAILURES_PER_MINUTE: '0',
};

/**
 * Starts the application. It takes no jobs from the queue and refreshes no scores unless the environment
 * enables that, because such statements would be among those that tests count.
 * @param databaseUrl an existing database; by default a new one is created, and dropped at the end
 */
export async function startApi(environment: Environment = {}, databaseUrl?: string): Promise<Api> {
  const database =
    databaseUrl === undefined
      ? await createTestDatabase()
      : { url: databaseUrl, drop: () => Promise.resolve() };
  const app = await createApp(
    loadSettings({
      NODE_ENV: 'test',
      SUMMARY_WORKERS: '0',
      SCORE_REFRESH_SECONDS: '0',
      SHUTDOWN_DELAY_MS: '0',
      ...WITHOUT_RATE_LIMITS,
      ...environment,
    }),
    database.url,
  );
  app.useLogger(false);
  await app.getHttpAdapter().getInstance().ready();

  const send = async (query: string, variables?: Record<string, unknown>): Promise<GraphQLAnswer> => {
    const response = await request(app.getHttpServer()).post('/graphql').send({ query, variables });
    return response.body as GraphQLAnswer;
  };
  const sequelize = app.get<Sequelize>(getConnectionToken(), { strict: false });
  return {
    app,
    databaseUrl: database.url,
    sequelize,
    send,
    ask: async <Data>(query: string, variables?: Record<string, unknown>) => {
      const answer = await send(query, variables);
      if (answer.errors !== undefined || answer.data == null) throw new Error(JSON.stringify(answer));
      return answer.data as Data;
    },
    codeOf: async (query, variables) => (await send(query, variables)).errors?.[0]?.extensions.code,
    recordStatements,
    countStatements: async (work) => (await recordStatements(work)).length,
    close: async () => {
      await app.close();
      await database.drop();
    },
  };
}
