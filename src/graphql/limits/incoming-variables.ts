import {
  type DocumentNode,
  Kind,
  getVariableValues,
  GraphQLError,
  type GraphQLSchema,
  isNonNullType,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

type Variables = Readonly<Record<string, unknown>>;

/**
 * The variables of an operation as they are executed. A null counts as not given if the variable is used where null is not
 * allowed, so the default of the variable or of the argument applies. GraphQL would fail in the middle of the answer.
 */
export function withoutForbiddenNulls(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables | null | undefined,
): Variables {
  const given = Object.entries(variables ?? {});
  if (!given.some(([, value]) => value === null)) return variables ?? {};
  const names = strictVariables(schema, document, operation);
  return Object.fromEntries(given.filter(([name, value]) => value !== null || !names.has(name)));
}

/**
 * Only the first error is looked for: each of them quotes the value that it is about.
 * @returns null if the variables have the types that the operation declares
 */
export function errorOfVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Variables,
): GraphQLError | null {
  const definitions = operation.variableDefinitions ?? [];
  const [error] = getVariableValues(schema, definitions, variables, { maxErrors: 1 }).errors ?? [];
  if (error === undefined) return null;
  const { message, nodes } = error;
  return new GraphQLError(message, { nodes, extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
}

const known = new WeakMap<OperationDefinitionNode, ReadonlySet<string>>();

/** The nullable variables of an operation that are used where null is not allowed: there is a default somewhere. */
function strictVariables(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): ReadonlySet<string> {
  const strict = known.get(operation);
  if (strict !== undefined) return strict;
  const names = new Set<string>();
  const types = new TypeInfo(schema);
  const visitor = visitWithTypeInfo(types, {
    VariableDefinition: () => false,
    Variable: ({ name }) => {
      if (isNonNullType(types.getInputType())) names.add(name.value);
    },
  });
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  for (const definition of [operation, ...fragments]) visit(definition, visitor);
  for (const { variable, type } of operation.variableDefinitions ?? []) {
    if (type.kind === Kind.NON_NULL_TYPE) names.delete(variable.name.value);
  }
  known.set(operation, names);
  return names;
}
