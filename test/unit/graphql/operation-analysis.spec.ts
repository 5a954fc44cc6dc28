import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  buildSchema,
  type DocumentNode,
  type FieldNode,
  getOperationAST,
  type GraphQLObjectType,
  isAbstractType,
  type OperationDefinitionNode,
  isObjectType,
  parse,
  separateOperations,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { neededAccess, roleOfField } from '../../../src/access/needed-access.js';
import { highestOf, type Role } from '../../../src/common/caller.js';
import { fragmentsOf, type SelectedField, selectionFold } from '../../../src/common/selection-fold.js';
import { analysisOf } from '../../../src/graphql/operation-analysis.js';

const FIELDS = 'id: ID, a: A, b: B, next: Node, any: Any';
const SDL = `
  interface Node { ${FIELDS} }
  type A implements Node { ${FIELDS} }
  type B implements Node { ${FIELDS} }
  union Any = A | B
  type Query { ${FIELDS}, plain: ID }
`;

function schemaWithRoles() {
  const schema = buildSchema(SDL);
  const type = (name: string) => schema.getType(name) as GraphQLObjectType;
  type('A').extensions = { allowedTo: 'viewer' };
  const { any } = type('A').getFields();
  if (any !== undefined) any.extensions = { allowedTo: 'rep' };
  // B has roles on its fields only, and none on `next`.
  for (const field of Object.values(type('B').getFields())) {
    if (field.name !== 'next') field.extensions = { allowedTo: 'admin' };
  }
  type('Query').extensions = { allowedTo: 'viewer' };
  return schema;
}

const SCHEMA = schemaWithRoles();

const selections = fc.letrec((tie) => ({
  set: fc.array(tie('selection'), { minLength: 1, maxLength: 4 }).map((all) => `{ ${all.join(' ')} }`),
  selection: fc.oneof(
    { depthSize: 'small', maxDepth: 5 },
    fc.constantFrom('id', 'x: id', '__typename', 'nowhere', 'plain', 'id @skip(if: true)'),
    fc
      .tuple(
        fc.constantFrom(
          ...['a', 'b', 'x: b', 'next', 'any', 'next @include(if: $is)', 'nowhere'],
          ...['...', '... @skip(if: true)', '... on A', '... on B', '... on Node', '... on Any', '... on No'],
        ),
        tie('set'),
      )
      .map((parts) => parts.join(' ')),
    fc.constantFrom('...F0', '...F1', '...F2', '...F3'),
  ),
})).set;
/** Fragments may be recursive, unknown or unused; fields and types may be unknown. */
const documents = fc
  .tuple(
    selections,
    fc.array(fc.tuple(fc.constantFrom('A', 'B', 'Node', 'Any', 'No'), selections), { maxLength: 3 }),
  )
  .map(([set, fragments]) =>
    [
      `query ($is: Boolean!) ${set}`,
      ...fragments.map(([type, inner], index) => `fragment F${index} on ${type} ${inner}`),
    ].join('\n'),
  )
  .map((text) => parse(text));

function operationOf(document: DocumentNode): OperationDefinitionNode {
  const operation = getOperationAST(document);
  if (operation == null) throw new Error('The document has no operation.');
  return operation;
}

/** The fields of an operation and its fragments according to GraphQL.js. */
function fieldsByVisitor(document: DocumentNode): Map<FieldNode, Omit<SelectedField, 'node'>> {
  const [used = document] = Object.values(separateOperations(document));
  const fields = new Map<FieldNode, Omit<SelectedField, 'node'>>();
  const types = new TypeInfo(SCHEMA);
  const enter = (node: FieldNode) => {
    const isMeta = node.name.value.startsWith('__');
    const definition = isMeta ? undefined : (types.getFieldDef() ?? undefined);
    fields.set(node, { parent: types.getParentType() ?? undefined, definition });
  };
  visit(used, visitWithTypeInfo(types, { Field: enter }));
  return fields;
}

describe('the traversal of an operation', () => {
  it('visits each field once, with the same types as the visitor of GraphQL.js', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const fields: SelectedField[] = [];
        selectionFold<void>({
          fragments: fragmentsOf(document),
          schema: SCHEMA,
          field: (field, below) => {
            fields.push(field);
            below();
          },
          combine: () => undefined,
        })(operationOf(document).selectionSet, SCHEMA.getQueryType());
        const expected = fieldsByVisitor(document);
        expect(fields).toHaveLength(expected.size);
        for (const { node, parent, definition } of fields) {
          expect(parent).toBe(expected.get(node)?.parent);
          expect(definition).toBe(expected.get(node)?.definition);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('returns the results of selections in order, and nothing for a recursive spread', () => {
    const document = parse('{ a { b } ...F c } fragment F on Query { d ...F ... { e { f } } }');
    const text = selectionFold<string>({
      fragments: fragmentsOf(document),
      field: ({ node }, below) => `${node.name.value}(${below()})`,
      combine: (results) => results.join(''),
    });
    expect(text(operationOf(document).selectionSet)).toBe('a(b())d()e(f())c()');
    expect(text(undefined)).toBe('');
  });
});

describe('the access that an operation needs', () => {
  it('includes every field that the visitor of GraphQL.js finds', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const roles: Role[] = [];
        const closed = new Set<string>();
        for (const [node, { parent }] of fieldsByVisitor(document)) {
          const name = node.name.value;
          if (name === '__typename') continue;
          if (parent === undefined) closed.add(name);
          const types = isAbstractType(parent) ? SCHEMA.getPossibleTypes(parent) : [parent];
          for (const type of types.filter(isObjectType)) {
            const role = roleOfField(type, name);
            if (role === undefined) closed.add(`${type.name}.${name}`);
            else roles.push(role);
          }
        }
        const needed = neededAccess(SCHEMA, document, operationOf(document));
        expect(needed.role).toBe(highestOf(roles));
        expect([...needed.closedFields].sort()).toEqual([...closed].sort());
      }),
      { numRuns: 500 },
    );
  });
});

describe('the analysis of an operation', () => {
  it('is cached for each operation and schema', () => {
    const document = parse('query One { a { id } } query Two { b { id } }');
    const of = (name: string, schema = SCHEMA) => {
      const operation = getOperationAST(document, name);
      if (operation == null) throw new Error(`The document has no operation ${name}.`);
      return analysisOf(schema, document, operation);
    };
    expect(of('One')).toBe(of('One'));
    expect(of('One').access.role).toBe('viewer');
    expect(of('Two').access.role).toBe('admin');
    expect(of('Two', buildSchema(SDL)).access).toMatchObject({
      role: null,
      closedFields: ['Query.b', 'B.id'],
    });
  });
});
