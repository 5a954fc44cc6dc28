import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { jest } from '@jest/globals';
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

/** As it goes to the driver. */
export interface SentStatement {
  readonly text: string;
  readonly values?: readonly unknown[];
}

/** The application on a database of its own, asked over HTTP. */
export interface Api {
  readonly app: NestFastifyApplication;
  readonly databaseUrl: string;
  /** The pool of the application. */
  readonly sequelize: Sequelize;
  /** Sends a document and gives the answer, errors included. */
  send(query: string, variables?: Record<string, unknown>): Promise<GraphQLAnswer>;
  /** Sends a document that is expected to succeed and gives its data. @throws where it does not */
  ask<Data>(query: string, variables?: Record<string, unknown>): Promise<Data>;
  /** Sends a document that is expected to fail and gives the code of its first error. */
  codeOf(query: string, variables?: Record<string, unknown>): Promise<unknown>;
  /** The statements that the application sends while work is done. */
  recordStatements(work: () => Promise<unknown>): Promise<SentStatement[]>;
  /** How many those are. */
  countStatements(work: () => Promise<unknown>): Promise<number>;
  close(): Promise<void>;
}

/**
 * What Sequelize asks on each connection that it opens, and what the server asks now and then, whatever its requests ask for:
 * how long lists are, whether the database takes writes, and which rate limits are over.
 */
const IS_OF_NO_REQUEST =
  /^(SET|SHOW|WITH ranges|DELETE FROM rate_limits) |^SELECT count\(\*\)::int AS count FROM \(SELECT FROM |current_setting\('transaction_read_only'\)/;

/** Of models as well as those that only read rows: all go through the driver, as the tests' own do at other times. */
async function recordStatements(work: () => Promise<unknown>): Promise<SentStatement[]> {
  const submit = jest.spyOn(pg.Query.prototype as unknown as { submit(): unknown }, 'submit');
  try {
    await work();
    return (submit.mock.contexts as SentStatement[]).filter(({ text }) => !IS_OF_NO_REQUEST.test(text));
  } finally {
    submit.mockRestore();
  }
}

/** Tests ask more than any caller may, but for those of the limits. */
const WITHOUT_RATE_LIMITS = {
  RATE_LIMIT_PER_MINUTE: '0',
  RATE_LIMIT_WRITES_PER_MINUTE: '0',
  RATE_LIMIT_SUMMARIES_PER_MINUTE: '0',
  RATE_LIMIT_BULK_PER_MINUTE: '0',
  RATE_LIMIT_AUTH_FAILURES_PER_MINUTE: '0',
};

/**
 * It takes no jobs from the queue and refreshes no scores unless the environment says so: what it does by itself would be
 * among what a test counts.
 * @param databaseUrl a database that is there; without one, one of its own is made, and dropped at the end
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
