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
 * The variables with which an operation is executed. Null counts as not given if the variable is used at a
 * non-null position, so that the default of the variable or the argument applies. GraphQL would fail in the
 * middle of the execution.
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
 * Only returns the first error: each message quotes the invalid value.
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

/**
 * Nullable variables that are used at a non-null position. GraphQL allows this if there is a default value.
 */
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
