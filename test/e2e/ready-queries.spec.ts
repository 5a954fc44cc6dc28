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
  // Something to be seen of everything: a run, a summary, and a score that another program has changed.
  await api.ask('mutation { recalculateAllScores { count } regenerateSummary(id: 1) { id } }');
  await withConnection(api.databaseUrl, (connection) =>
    connection.rows('UPDATE leads SET "activityScore" = 1 WHERE id = 5'),
  );
});
afterAll(() => api.close());

/** Where an answer has nothing to show: null at the top, or a list of nodes that is empty. */
function nothingIn(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => {
    const isNothing =
      (path === '' && child === null) || (name === 'nodes' && Array.isArray(child) && child.length === 0);
    return isNothing ? [`${path}/${name}`] : nothingIn(child, `${path}/${name}`);
  });
}

describe('the ready queries', () => {
  it('have titles and names of their own, and a line about each', () => {
    const names = ALL.map((query) => operationOf(query).name?.value);
    expect(names).not.toContain(undefined);
    expect(new Set(names).size).toBe(ALL.length);
    expect(new Set(ALL.map(({ title }) => title)).size).toBe(ALL.length);
    expect(ALL.filter(({ about }) => !/^[^\n]{10,90}\.$/.test(about))).toEqual([]);
  });

  it('use the variables that they bring, and no others', () => {
    for (const query of ALL) {
      const used = operationOf(query).variableDefinitions?.map(({ variable }) => variable.name.value);
      expect(Object.keys(query.variables ?? {}).sort()).toEqual([...(used ?? [])].sort());
    }
  });

  it.each(ALL)('are valid: $title', ({ document }) => {
    const { schema } = api.app.get(GraphQLSchemaHost, { strict: false });
    expect(validate(schema, parse(document))).toEqual([]);
  });

  it.each(ofKind(OperationTypeNode.QUERY))(
    'answer with something to see: $title',
    async ({ document, variables }) => {
      const { data, errors } = await api.send(document, variables);
      expect(errors).toBeUndefined();
      expect(nothingIn(data)).toEqual([]);
    },
  );

  it.each(ofKind(OperationTypeNode.MUTATION))(
    'change what they say: $title',
    async ({ document, variables }) => {
      const { data, errors } = await api.send(document, variables);
      expect(errors).toBeUndefined();
      expect(nothingIn(data)).toEqual([]);
    },
  );

  it.each(ofKind(OperationTypeNode.SUBSCRIPTION))(
    'tell what happens: $title',
    async ({ document, variables }) => {
      await api.ask('mutation { regenerateSummaries(limit: 1) { id } }');
      const client = connectSocket(`${await api.app.getUrl()}/graphql`);
      const first = answersTo(client, document, variables).next();
      let isTold = false;
      void first.then(() => (isTold = true));
      // Whether it is subscribed to already is not to be seen from here; of one of these it is told.
      while (!isTold) await api.ask('mutation { recalculateAllScores { count } }');
      const { value } = (await first) as { value: { data?: unknown; errors?: unknown } };
      await client.dispose();
      expect(value.errors).toBeUndefined();
      expect(nothingIn(value.data)).toEqual([]);
      expect(value.data).not.toBeNull();
    },
  );
});
