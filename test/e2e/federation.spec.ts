import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { composeServices } from '@apollo/composition';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DocumentNode, parse } from 'graphql';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { removeLeads } from '../support/database-reset.js';
import { insertInteraction, insertLead, insertLeads } from '../support/fixtures.js';

/** A subgraph of another service, which extends Lead and refers to it. */
const ACCOUNTS = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
  type Lead @key(fields: "id") { id: ID! owner: String! }
  type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
  type Account { id: ID! leads: [Lead]! }
  type AccountConnection { nodes: [Account!]! pageInfo: PageInfo! }
  type Query { account: Account! accounts: AccountConnection! }`);

let api: Api;
let database: Connection;
let accounts: ApolloServer;
let router: ApolloServer;
let leadIds: readonly (number | string)[] = [];

async function startAccounts(): Promise<string> {
  accounts = new ApolloServer({
    schema: buildSubgraphSchema({
      typeDefs: ACCOUNTS,
      resolvers: {
        Query: {
          account: () => ({ id: 'a', leads: leadIds.map((id) => ({ __typename: 'Lead', id: String(id) })) }),
        },
        Lead: { owner: ({ id }: { id: string }) => `owner of ${id}` },
      },
    }),
  });
  return (await startStandaloneServer(accounts, { listen: { port: 0, host: '127.0.0.1' } })).url;
}

async function readSdl(): Promise<DocumentNode> {
  const { _service } = await api.ask<{ _service: { sdl: string } }>('{ _service { sdl } }');
  return parse(_service.sdl);
}

beforeAll(async () => {
  api = await startApi();
  database = await connect(api.databaseUrl);
  await api.app.listen(0, '127.0.0.1');
  const composed = composeServices([
    { name: 'leads', url: `${await api.app.getUrl()}/graphql`, typeDefs: await readSdl() },
    { name: 'accounts', url: await startAccounts(), typeDefs: ACCOUNTS },
  ]);
  if (composed.supergraphSdl === undefined) throw new Error(composed.errors.map(String).join('\n'));
  router = new ApolloServer({
    gateway: new ApolloGateway({
      supergraphSdl: composed.supergraphSdl,
      buildService: ({ url = '' }) => new RemoteGraphQLDataSource({ url }),
    }),
  });
  await router.start();
});
beforeEach(() => removeLeads(database));
afterAll(async () => {
  await router.stop();
  await accounts.stop();
  await database.close();
  await api.close();
});

async function ask(query: string): Promise<unknown> {
  const { body } = await router.executeOperation({ query });
  if (body.kind !== 'single') throw new Error('The answer comes in parts.');
  // Gives the objects the prototypes that the gateway leaves out.
  return JSON.parse(JSON.stringify(body.singleResult));
}

describe('the subgraph', () => {
  it('composes with a subgraph that extends Lead, without errors or hints', async () => {
    const { errors, hints } = composeServices([
      { name: 'leads', url: 'http://leads', typeDefs: await readSdl() },
      { name: 'accounts', url: 'http://accounts', typeDefs: ACCOUNTS },
    ]);
    expect(errors).toBeUndefined();
    expect(hints?.map(({ message }) => message) ?? []).toEqual([]);
  });

  it('answers a query to both subgraphs through a gateway', async () => {
    const id = await insertLead(database, { firstName: 'Ada' });
    await insertInteraction(database, id, { notes: 'Hello' });
    leadIds = [id];
    expect(await ask('{ account { leads { firstName owner interactions { notes } } } }')).toEqual({
      data: {
        account: {
          leads: [{ firstName: 'Ada', owner: `owner of ${id}`, interactions: [{ notes: 'Hello' }] }],
        },
      },
    });
    expect(await ask('{ leadsConnection { nodes { firstName owner } totalCount } }')).toEqual({
      data: { leadsConnection: { nodes: [{ firstName: 'Ada', owner: `owner of ${id}` }], totalCount: 1 } },
    });
  });

  it('returns null for an unknown lead and for an invalid id', async () => {
    const id = await insertLead(database, { firstName: 'Ada' });
    leadIds = [id, 999, 'x', '1.5', '99999999999', `${id}e0`, ` ${id}`, `0${id}`, '', '-1'];
    expect(await ask('{ account { leads { firstName } } }')).toMatchObject({
      data: { account: { leads: [{ firstName: 'Ada' }, ...Array.from({ length: 9 }, () => null)] } },
    });
  });

  it('looks up the leads of a request in one statement', async () => {
    leadIds = await insertLeads(database, 50);
    const query = '{ account { leads { firstName } } }';
    expect(await api.countStatements(() => ask(query).then(() => undefined))).toBe(1);
  });
});
