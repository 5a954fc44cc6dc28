import {
  getNamedType,
  getNullableType,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  specifiedDirectives,
} from 'graphql';

/** A document with a null in one position. */
export interface SentNull {
  /** The position of the null, and how it gets there. */
  readonly name: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const VALUES: Readonly<Record<string, string>> = {
  Int: '1',
  Float: '1',
  Boolean: 'false',
  ID: '"1"',
  String: '"x"',
  DateTime: '"2026-03-01"',
  _Any: '{ __typename: "Lead", id: "1" }',
};

/** An input position: the document around it, and its type. */
interface Place {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly document: (value: string, variableDefinition: string) => string;
}

/**
 * Returns documents with null for every argument of every field that a query or a mutation can reach, for
 * every input field and list item in them, and for every directive: as a literal, and as a variable with and
 * without a default.
 */
export function nullsOf(schema: GraphQLSchema, leadId: number): SentNull[] {
  return placesOf(schema, leadId).flatMap(({ name, type, document }) => {
    const nullable = getNullableType(type);
    const declared = [
      ['null for a variable that may be null', String(nullable)],
      ['null for a variable with a default', `${String(nullable)} = ${valueOf(nullable)}`],
      ['null for a variable that may not be null', `${String(nullable)}!`],
    ] as const;
    return [
      { name: `${name}: null`, query: document('null', ''), variables: {} },
      ...declared.map(([how, declaration]) => ({
        name: `${name}: ${how}`,
        query: document('$v', `($v: ${declaration})`),
        variables: { v: null },
      })),
      {
        name: `${name}: no value for its variable`,
        query: document('$v', `($v: ${declared[1][1]})`),
        variables: {},
      },
    ];
  });
}

function placesOf(schema: GraphQLSchema, leadId: number): Place[] {
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
  ] as const;
  const ofFields = roots.flatMap(([operation, type]) =>
    Object.values(type?.getFields() ?? {}).flatMap((field) => {
      const selection = isCompositeType(getNamedType(field.type)) ? '{ __typename }' : '';
      return placesOfArguments(
        field.name,
        field.args,
        (given, definition) => `${operation} N ${definition} { ${field.name}${given} ${selection} }`,
      );
    }),
  );
  const ofNested = Object.values(schema.getTypeMap())
    .filter(
      (type) => 'getFields' in type && !isInputObjectType(type) && !roots.some(([, root]) => root === type),
    )
    .flatMap((type) =>
      'getFields' in type && !isInputObjectType(type) ? Object.values(type.getFields()) : [],
    )
    .filter(({ args }) => args.length > 0)
    .flatMap((field) =>
      placesOfArguments(
        `Lead.${field.name}`,
        field.args,
        (given, definition) =>
          `query N ${definition} { lead(id: ${leadId}) { ${field.name}${given} { __typename } } }`,
      ),
    );
  const ofDirectives = specifiedDirectives
    .filter((directive) => ['include', 'skip'].includes(directive.name))
    .flatMap(({ name, args }) => [
      ...placesOfArguments(
        `@${name}`,
        args,
        (given, definition) => `query N ${definition} { __typename @${name}${given} }`,
      ),
      ...placesOfArguments(
        `@${name} of a nested field`,
        args,
        (given, definition) => `query N ${definition} { lead(id: ${leadId}) { id email @${name}${given} } }`,
      ),
    ]);
  return [...ofFields, ...ofNested, ...ofDirectives];
}

function placesOfArguments(
  name: string,
  args: readonly GraphQLArgument[],
  document: (given: string, definition: string) => string,
): Place[] {
  return args.flatMap((argument) => {
    const others = args
      .filter((other) => other !== argument && isNonNullType(other.type) && other.defaultValue === undefined)
      .map((other) => `${other.name}: ${valueOf(other.type)}`);
    return placesInside(`${name}(${argument.name})`, argument.type, (value, definition) =>
      document(`(${[...others, `${argument.name}: ${value}`].join(', ')})`, definition),
    );
  });
}

/** Returns a position, and those in the objects and lists inside it. */
function placesInside(name: string, type: GraphQLInputType, document: Place['document']): Place[] {
  const own = { name, type, document };
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    const item = nullable.ofType;
    return [
      own,
      ...placesInside(`${name}[]`, item, (value, definition) => document(`[${value}]`, definition)),
    ];
  }
  if (!isInputObjectType(nullable)) return [own];
  const fields = Object.values(nullable.getFields());
  return [
    own,
    ...fields.flatMap((field) =>
      placesInside(`${name}.${field.name}`, field.type, (value, definition) =>
        document(`{ ${[...requiredOf(fields, field), `${field.name}: ${value}`].join(', ')} }`, definition),
      ),
    ),
  ];
}

const requiredOf = (fields: readonly GraphQLInputField[], except?: GraphQLInputField): string[] =>
  fields
    .filter((field) => field !== except && isRequiredInputField(field))
    .map((field) => `${field.name}: ${valueOf(field.type)}`);

function valueOf(type: GraphQLInputType): string {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return `[${valueOf(nullable.ofType)}]`;
  if (isInputObjectType(nullable)) return `{ ${requiredOf(Object.values(nullable.getFields())).join(', ')} }`;
  if (isEnumType(nullable)) return nullable.getValues()[0]?.name ?? '';
  return VALUES[getNamedType(nullable).name] ?? '"x"';
}
