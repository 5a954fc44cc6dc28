import { describe, expect, it } from 'vitest';
import { buildSchema, getOperationAST, type GraphQLSchema, isObjectType, parse } from 'graphql';
import { AccessCheck } from '../../../src/access/check-access.js';
import { neededAccess } from '../../../src/access/needed-access.js';
import { type Role, ROLES } from '../../../src/common/caller.js';

/** Builds a schema with roles. Their keys are `Type` or `Type.field`. */
function schemaOf(sdl: string, roles: Readonly<Record<string, Role>>): GraphQLSchema {
  const schema = buildSchema(sdl);
  for (const [place, allowedTo] of Object.entries(roles)) {
    const [typeName = '', fieldName] = place.split('.');
    const type = schema.getType(typeName);
    if (!isObjectType(type)) throw new Error(`${typeName} is not an object type.`);
    const target = fieldName === undefined ? type : type.getFields()[fieldName];
    if (target === undefined) throw new Error(`${place} does not exist.`);
    target.extensions = { ...target.extensions, allowedTo };
  }
  return schema;
}

const schema = schemaOf(
  `interface Named { name: String }
   type Lead implements Named { name: String, notes: String, owner: Staff }
   type Staff implements Named { name: String }
   type Bare { name: String }
   union Found = Lead | Staff
   union _Entity = Lead
   type _Service { sdl: String }
   scalar _Any
   type Query {
     lead: Lead named: Named found: Found bare: Bare unnamed: String
     _service: _Service! _entities(representations: [_Any!]!): [_Entity]!
   }
   type Mutation { change: Lead wipe: Boolean unnamed: Boolean }
   type Subscription { watch: Lead unnamed: Boolean }`,
  {
    Lead: 'viewer',
    'Lead.notes': 'rep',
    Staff: 'admin',
    'Query.lead': 'viewer',
    'Query.named': 'viewer',
    'Query.found': 'viewer',
    'Query.bare': 'viewer',
    'Mutation.change': 'rep',
    'Mutation.wipe': 'admin',
    'Subscription.watch': 'viewer',
  },
);

function neededBy(query: string, operationName?: string) {
  const document = parse(query);
  const operation = getOperationAST(document, operationName);
  if (operation == null) throw new Error('The document has no such operation.');
  return { ...neededAccess(schema, document, operation), document, operation };
}

describe('neededAccess', () => {
  it.each<[string, Role | null]>([
    ['{ __typename }', null],
    ['{ __schema { types { name } } __type(name: "Lead") { name } }', null],
    ['{ lead { name } }', 'viewer'],
    ['{ lead { name notes } }', 'rep'],
    ['{ a: lead { b: notes } }', 'rep'],
    ['{ lead { owner { name } } }', 'admin'],
    ['{ lead { ... { owner { name } } } }', 'admin'],
    ['{ lead { ... on Lead { ...F } } } fragment F on Lead { notes }', 'rep'],
    ['{ lead { ... on Named { name } } }', 'admin'],
    ['{ named { name } }', 'admin'],
    ['{ named { ... on Lead { name } } }', 'viewer'],
    ['{ found { __typename } }', 'viewer'],
    ['{ found { ... on Staff { name } } }', 'admin'],
    ['{ lead { name notes @skip(if: true) } }', 'rep'],
    ['mutation { change { name } }', 'rep'],
    ['mutation { change { name } wipe }', 'admin'],
    ['subscription { watch { notes } }', 'rep'],
    ['query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }', 'viewer'],
    ['query ($r: [_Any!]!) { _entities(representations: $r) { ... on Lead { notes } } }', 'rep'],
    [
      'query ($r: [_Any!]!) { x: _entities(representations: $r) { ...F } } fragment F on Lead { owner { name } }',
      'admin',
    ],
  ])('returns for %s the role %s', (query, role) => {
    expect(neededBy(query)).toMatchObject({ role, closedFields: [] });
  });

  it('ignores the other operations of the document', () => {
    const document = 'query Mine { lead { name } } mutation Other { wipe }';
    expect(neededBy(document, 'Mine').role).toBe('viewer');
    expect(neededBy(document, 'Other').role).toBe('admin');
  });

  it.each([
    '{ _service { sdl } }',
    '{ a: _service { b: sdl } __typename }',
    '{ ... { _service { sdl } } }',
    '{ ...F } fragment F on Query { ... on Query { x: _service { __typename } } }',
    '{ lead { name } _service { sdl } }',
    '{ _entities(representations: []) { __typename } }',
    'query ($no: Boolean = false) { _service @include(if: $no) { sdl } }',
  ])('requires a router for %s', (query) => {
    expect(neededBy(query).needsRouter).toBe(true);
  });

  it('visits each fragment once, even if spreads multiply', () => {
    const depth = 60;
    const spread = Array.from(
      { length: depth },
      (_, index) => `fragment F${index} on Lead { ...F${index + 1} ...F${index + 1} }`,
    );
    const query = `{ lead { ...F0 } } ${spread.join(' ')} fragment F${depth} on Lead { owner { name } }`;
    expect(neededBy(query).role).toBe('admin');
  });

  it('terminates if fragments spread each other', () => {
    expect(
      neededBy('{ lead { ...A } } fragment A on Lead { ...B } fragment B on Lead { ...A notes }').role,
    ).toBe('rep');
  });
});

describe('a field without a role, of a type without a role', () => {
  it.each([
    ['{ unnamed }', 'Query.unnamed'],
    ['{ bare { name } }', 'Bare.name'],
    ['mutation { wipe unnamed }', 'Mutation.unnamed'],
    ['subscription { unnamed }', 'Subscription.unnamed'],
    ['{ nowhere }', 'Query.nowhere'],
  ])('is forbidden for every role: %s', (query, field) => {
    const { closedFields, document, operation } = neededBy(query);
    expect(closedFields).toEqual([field]);
    for (const role of ROLES) {
      const violation = new AccessCheck().violationOf(schema, document, operation, {
        id: 'r',
        caller: { key: 'key:1', role },
        isFromRouter: true,
      });
      expect(violation?.extensions.code).toBe('FORBIDDEN');
    }
  });
});

describe('AccessCheck', () => {
  const codeFor = (query: string, request: Parameters<AccessCheck['violationOf']>[3]) => {
    const { document, operation } = neededBy(query);
    return new AccessCheck().violationOf(schema, document, operation, request)?.extensions.code ?? null;
  };
  const as = (role: Role | null, isFromRouter = false) => ({
    id: 'r',
    caller: { key: 'key:1', role },
    isFromRouter,
  });

  it.each<[string, Role | null, string | null]>([
    ['{ lead { name } }', 'viewer', null],
    ['{ lead { name } }', null, 'FORBIDDEN'],
    ['{ __typename }', null, 'FORBIDDEN'],
    ['{ lead { notes } }', 'viewer', 'FORBIDDEN'],
    ['{ lead { notes } }', 'rep', null],
    ['{ lead { notes } }', 'admin', null],
    ['mutation { wipe }', 'rep', 'FORBIDDEN'],
    ['mutation { wipe }', 'admin', null],
    ['{ _service { sdl } }', 'admin', 'FORBIDDEN'],
    ['{ lead { name } ... { s: _service { sdl } } }', 'admin', 'FORBIDDEN'],
  ])('checks %s for the role %s: %s', (query, role, code) => {
    expect(codeFor(query, as(role))).toBe(code);
  });

  it('rejects a request without a caller', () => {
    expect(codeFor('{ __typename }', undefined)).toBe('UNAUTHENTICATED');
    expect(codeFor('{ lead { name } }', { id: 'r' })).toBe('UNAUTHENTICATED');
    expect(codeFor('{ unnamed }', { id: 'r' })).toBe('UNAUTHENTICATED');
  });

  it('allows a router without a caller only the schema', () => {
    const router = { id: 'r', isFromRouter: true };
    expect(codeFor('{ _service { sdl } }', router)).toBeNull();
    expect(codeFor('{ _service { sdl } lead { name } }', router)).toBe('UNAUTHENTICATED');
    expect(codeFor('{ _entities(representations: []) { __typename } }', router)).toBe('UNAUTHENTICATED');
    expect(codeFor('{ lead { name } }', router)).toBe('UNAUTHENTICATED');
  });

  it('allows entities only through a router, and checks the role of the caller', () => {
    const entity = '{ _entities(representations: []) { ... on Lead { notes } } }';
    expect(codeFor(entity, as('rep', true))).toBeNull();
    expect(codeFor(entity, as('viewer', true))).toBe('FORBIDDEN');
    expect(codeFor(entity, as('rep'))).toBe('FORBIDDEN');
  });
});
