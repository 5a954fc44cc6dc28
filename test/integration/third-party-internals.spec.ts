import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphQLModule, GraphQLSchemaHost } from '@nestjs/graphql';
import { isObjectType } from 'graphql';
import pg from 'pg';
import { type Api, startApi } from '../support/api.js';

/** The packages with internals that the code relies on. */
const PINNED = [
  '@nestjs/apollo',
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/graphql',
  'graphql',
  'graphql-jit',
  'pg',
  'sequelize',
  'sequelize-typescript',
];

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

it.each(PINNED)('%s is pinned to one version', (name) => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  expect(manifest.dependencies[name]).toMatch(/^\d+\.\d+\.\d+$/);
});

describe('the driver pg', () => {
  it('has a socket that can be destroyed, and connection parameters (session.ts)', () => {
    const client = new pg.Client() as unknown as {
      connection: { stream: { destroy: unknown } };
      connectionParameters: object;
    };
    expect(typeof client.connection.stream.destroy).toBe('function');
    expect(client.connectionParameters).toHaveProperty('host');
  });

  it('passes each row to Query.handleDataRow (read-rows.ts)', () => {
    const prototype = pg.Query.prototype as unknown as { handleDataRow: unknown };
    expect(typeof prototype.handleDataRow).toBe('function');
  });

  it('keeps the callback of a query object (trace-statements.ts)', () => {
    const callback = () => undefined;
    expect(new pg.Query('SELECT 1', callback)).toHaveProperty('callback', callback);
  });
});

describe('Sequelize', () => {
  it('acquires connections by its connection manager, which has a pool (connection-gate.ts)', () => {
    const manager = api.sequelize.connectionManager as unknown as Record<string, unknown> & {
      readonly pool: Record<string, number>;
    };
    for (const method of ['getConnection', 'releaseConnection', 'destroyConnection'] as const) {
      expect(typeof manager[method]).toBe('function');
    }
    const { maxSize, size, using, waiting, acquireTimeoutMillis } = manager.pool;
    for (const figure of [maxSize, size, using, waiting, acquireTimeoutMillis]) {
      expect(Number.isInteger(figure)).toBe(true);
    }
  });

  it('starts transactions with a statement of its query generator, and knows the version (transactions.ts)', async () => {
    await api.sequelize.query('SELECT 1');
    const sequelize = api.sequelize as unknown as {
      options: { databaseVersion: unknown };
      getQueryInterface(): { queryGenerator: { startTransactionQuery: unknown } };
    };
    expect(Number.parseInt(String(sequelize.options.databaseVersion), 10)).toBeGreaterThan(9);
    expect(typeof sequelize.getQueryInterface().queryGenerator.startTransactionQuery).toBe('function');
  });
});

describe('Nest', () => {
  it('stores the WebSocket server in _subscriptionService (socket-server.ts)', () => {
    const { graphQlAdapter } = api.app.get<{
      graphQlAdapter: { _subscriptionService?: { wss?: { on: unknown } } };
    }>(GraphQLModule, { strict: false });
    expect(typeof graphQlAdapter._subscriptionService?.wss?.on).toBe('function');
  });

  it('names trivial resolvers rootFieldResolver, and they are removed (remove-trivial-resolvers.ts)', () => {
    const lead = api.app.get(GraphQLSchemaHost, { strict: false }).schema.getType('Lead');
    if (!isObjectType(lead)) throw new Error('There is no Lead.');
    expect(lead.getFields().firstName?.resolve).toBeUndefined();
    expect(lead.getFields().scoreAt?.resolve?.name).not.toBe('rootFieldResolver');
  });
});
