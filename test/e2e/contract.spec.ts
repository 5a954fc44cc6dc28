import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buildClientSchema,
  buildSchema,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLSchema,
  type IntrospectionQuery,
  getIntrospectionQuery,
  isEnumType,
  isInputObjectType,
  isObjectType,
  isNonNullType,
} from 'graphql';
import { type Api, startApi } from '../support/api.js';

/** The schema that existing clients use, with the federation directive declared. */
const CONTRACT = buildSchema(
  `directive @key(fields: String!) on OBJECT
   ${readFileSync(new URL('../contract.graphql', import.meta.url), 'utf8')}`,
);

let api: Api;
let served: GraphQLSchema;

beforeAll(async () => {
  api = await startApi();
  served = buildClientSchema(await api.ask<IntrospectionQuery>(getIntrospectionQuery()));
});
afterAll(() => api.close());

const ownTypes = (schema: GraphQLSchema) =>
  Object.values(schema.getTypeMap()).filter(({ name }) => !/^(__|_|federation)|^link__/.test(name));

/** Every position of a schema with its type, such as `Lead.email: String!` or `Query.lead(id): Int!`. */
function positionsOf(schema: GraphQLSchema): string[] {
  return ownTypes(schema).flatMap((type) => {
    if (isEnumType(type)) return type.getValues().map(({ name }) => `${type.name}.${name}`);
    if (isInputObjectType(type)) {
      return Object.values(type.getFields()).map(
        (field) => `${type.name}.${field.name}: ${String(field.type)}`,
      );
    }
    if (!isObjectType(type)) return [];
    return Object.values(type.getFields()).flatMap((field) => [
      `${type.name}.${field.name}: ${String(field.type)}`,
      ...field.args.map((arg) => `${type.name}.${field.name}(${arg.name}): ${String(arg.type)}`),
    ]);
  });
}

describe('the schema', () => {
  it('contains everything that existing clients use, with the same types', () => {
    expect(positionsOf(served)).toEqual(expect.arrayContaining(positionsOf(CONTRACT)));
  });

  it('requires no argument or input field that existing clients do not send', () => {
    const known = new Set(positionsOf(CONTRACT));
    const fieldOf = (position: string) => position.split(/[(:]/, 1)[0];
    const knownFields = new Set([...known].map(fieldOf));
    const isNewField = (position: string) => position.includes('(') && !knownFields.has(fieldOf(position));
    const required = ownTypes(served).flatMap((type) => {
      if (isInputObjectType(type)) {
        // Only new fields use a new input type, so no existing client sends one.
        if (CONTRACT.getType(type.name) === undefined) return [];
        return Object.values(type.getFields())
          .filter((field) => isNonNullType(field.type) && field.defaultValue === undefined)
          .map((field) => `${type.name}.${field.name}: ${String(field.type)}`);
      }
      if (!isObjectType(type)) return [];
      return Object.values(type.getFields()).flatMap((field) =>
        field.args
          .filter((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined)
          .map((arg) => `${type.name}.${field.name}(${arg.name}): ${String(arg.type)}`),
      );
    });
    expect(required.filter((position) => !known.has(position) && !isNewField(position))).toEqual([]);
  });

  it('describes every type, field, argument, input field and enum value', () => {
    const bare = ownTypes(served).flatMap((type) => {
      const here =
        type.description == null && !['Query', 'Mutation', 'Subscription'].includes(type.name)
          ? [type.name]
          : [];
      if (isEnumType(type)) {
        return [
          ...here,
          ...type
            .getValues()
            .filter((value) => value.description == null)
            .map(({ name }) => name),
        ];
      }
      if (!isObjectType(type) && !isInputObjectType(type)) return here;
      const fields = Object.values<GraphQLField<unknown, unknown> | GraphQLInputField>(
        type.getFields(),
      ).filter(({ name }) => !name.startsWith('_'));
      const inFields = fields.flatMap((field) => [
        ...(field.description == null ? [`${type.name}.${field.name}`] : []),
        ...('args' in field ? field.args : [])
          .filter((arg) => arg.description == null)
          .map((arg) => `${type.name}.${field.name}(${arg.name})`),
      ]);
      return [...here, ...inFields];
    });
    expect(bare).toEqual([]);
  });
});

describe('the subgraph', () => {
  it('declares Lead as an entity', async () => {
    const { _service } = await api.ask<{ _service: { sdl: string } }>('{ _service { sdl } }');
    expect(_service.sdl).toMatch(/type Lead\s+@key\(fields: "id"\)/);
    expect(_service.sdl).toContain('https://specs.apollo.dev/federation/v2.0');
  });

  it('resolves references to leads with one query, and unknown ones to null', async () => {
    const { createLead } = await api.ask<{ createLead: { id: string } }>(
      `mutation { createLead(createLeadInput: { firstName: "Ada", lastName: "L", email: "ada@example.com" }) { id } }`,
    );
    let entities: unknown;
    const count = await api.countStatements(async () => {
      const answer = await api.ask<{ _entities: unknown[] }>(
        `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Lead { email } } }`,
        {
          representations: [createLead.id, '999999', 'not-an-id', '99999999999', createLead.id].map((id) => ({
            __typename: 'Lead',
            id,
          })),
        },
      );
      entities = answer._entities;
    });
    const ada = { email: 'ada@example.com' };
    expect(entities).toEqual([ada, null, null, null, ada]);
    expect(count).toBe(1);
  });
});
