import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { getOperationAST, OperationTypeNode, parse, validate } from 'graphql';
import { READY_QUERIES, type ReadyQuery } from '../../graphiql/ready-queries.js';
import { DemoService } from '../../src/demo/demo.service.js';
import { type Api, startApi } from '../support/api.js';
import { withConnection } from '../support/connection.js';
import { answersTo, connectSocket } from '../support/websocket.js';

const ALL = READY_QUERIES.flatMap(({ queries }) => queries);

const operationOf = ({ document }: ReadyQuery) => {
  const operation = getOperationAST(parse(document));
  if (operation == null) throw new Error(`Not one operation: ${document}`);
  return operation;
};
const ofKind = (kind: OperationTypeNode) => ALL.filter((query) => operationOf(query).operation === kind);

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await api.app.listen(0, '127.0.0.1');
  await api.app.get(DemoService, { strict: false }).load();
  // Data for every query: a recalculation, a summary, and a score that another program has changed.
  await api.ask('mutation { recalculateAllScores { count } regenerateSummary(id: 1) { id } }');
  await withConnection(api.databaseUrl, (connection) =>
    connection.rows('UPDATE leads SET "activityScore" = 1 WHERE id = 5'),
  );
});
afterAll(() => api.close());

/** The paths without content in a response: null at the top, or an empty list of nodes. */
function emptyPathsIn(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => {
    const isEmpty =
      (path === '' && child === null) || (name === 'nodes' && Array.isArray(child) && child.length === 0);
    return isEmpty ? [`${path}/${name}`] : emptyPathsIn(child, `${path}/${name}`);
  });
}

describe('the ready queries', () => {
  it('have unique titles and names, and a one-line description', () => {
    const names = ALL.map((query) => operationOf(query).name?.value);
    expect(names).not.toContain(undefined);
    expect(new Set(names).size).toBe(ALL.length);
    expect(new Set(ALL.map(({ title }) => title)).size).toBe(ALL.length);
    expect(ALL.filter(({ about }) => !/^[^\n]{10,90}\.$/.test(about))).toEqual([]);
  });

  it('use exactly the variables that they contain', () => {
    for (const query of ALL) {
      const used = operationOf(query).variableDefinitions?.map(({ variable }) => variable.name.value);
      expect(Object.keys(query.variables ?? {}).sort()).toEqual([...(used ?? [])].sort());
    }
  });

  it.each(ALL)('are valid: $title', ({ document }) => {
    const { schema } = api.app.get(GraphQLSchemaHost, { strict: false });
    expect(validate(schema, parse(document))).toEqual([]);
  });

  it.each(ofKind(OperationTypeNode.QUERY))('return data: $title', async ({ document, variables }) => {
    const { data, errors } = await api.send(document, variables);
    expect(errors).toBeUndefined();
    expect(emptyPathsIn(data)).toEqual([]);
  });

  it.each(ofKind(OperationTypeNode.MUTATION))(
    'succeed as mutations: $title',
    async ({ document, variables }) => {
      const { data, errors } = await api.send(document, variables);
      expect(errors).toBeUndefined();
      expect(emptyPathsIn(data)).toEqual([]);
    },
  );

  it.each(ofKind(OperationTypeNode.SUBSCRIPTION))(
    'send an event: $title',
    async ({ document, variables }) => {
      await api.ask('mutation { regenerateSummaries(limit: 1) { id } }');
      const client = connectSocket(`${await api.app.getUrl()}/graphql`);
      const first = answersTo(client, document, variables).next();
      let hasArrived = false;
      void first.then(() => (hasArrived = true));
      // The test cannot see when the subscription starts, so it recalculates until an event arrives.
      while (!hasArrived) await api.ask('mutation { recalculateAllScores { count } }');
      const { value } = (await first) as { value: { data?: unknown; errors?: unknown } };
      await client.dispose();
      expect(value.errors).toBeUndefined();
      expect(emptyPathsIn(value.data)).toEqual([]);
      expect(value.data).not.toBeNull();
    },
  );
});
