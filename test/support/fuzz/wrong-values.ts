import {
  getNamedType,
  getNullableType,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredInputField,
} from 'graphql';
import type { Sent } from './schema-documents.js';

/** A document with one value that is invalid for its type. */
export interface Mistyped extends Sent {
  /** The position and the value. */
  readonly name: string;
}

/**
 * JSON values that are invalid for a type, by the name of the type. They are used as literals and as
 * variables.
 */
const WRONG_FOR_SCALARS: Readonly<Record<string, readonly string[]>> = {
  Int: ['"1"', '1.5', 'true', '{}', '[]', '[[1]]', '2147483648', '-2147483649', '1e400', '"NaN"', '""'],
  Float: ['"1"', 'true', '{}', '[]', '1e400', '-1e400', '"NaN"', '"Infinity"', '""'],
  Boolean: ['0', '1', '"true"', '""', '{}', '[]', '[[true]]'],
  String: ['0', '1.5', 'true', '{}', '[]', '[["a"]]', '-0', '1e400'],
  ID: ['1.5', 'true', '{}', '[]', '[["a"]]', '1e400'],
  DateTime: [
    '0',
    '1.5',
    'true',
    '{}',
    '[]',
    '""',
    '"now"',
    '"constructor"',
    '"2026-02-30"',
    '"\\u0000"',
    '"1e400"',
  ],
  _Any: ['0', '1.5', '"Lead"', 'true', '[]', '{}', '{"__typename":"Nobody"}', '{"__typename":1}'],
};
const WRONG_FOR_ENUMS = [
  '0',
  'true',
  '"NOPE"',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '{}',
  '[]',
  '""',
];
const WRONG_FOR_INPUT_OBJECTS = [
  '0',
  'true',
  '"a"',
  '[[{}]]',
  '{"nope":1}',
  '{"__proto__":{"a":1}}',
  '{"constructor":{"prototype":{}}}',
];

type Place = GraphQLArgument | GraphQLInputField;

/** An id without a record, so that a valid document changes nothing. */
const NOBODY = 424_242;

/** Returns a document for each argument and input field of the schema with each kind of invalid value. */
export function mistypedDocuments(schema: GraphQLSchema): Mistyped[] {
  return (['query', 'mutation', 'subscription'] as const).flatMap((operation) => {
    const root = {
      query: schema.getQueryType(),
      mutation: schema.getMutationType(),
      subscription: schema.getSubscriptionType(),
    }[operation];
    return root == null ? [] : fieldsWithArguments(root).flatMap((path) => mistypedAt(operation, path));
  });
}

/** A field with arguments, and the path to it. */
interface FieldPath {
  /** The text before the field. */
  readonly open: string;
  readonly close: string;
  readonly name: string;
  readonly args: readonly GraphQLArgument[];
  readonly selection: string;
}

/** Includes the fields of nested types, each type once. */
function fieldsWithArguments(
  root: GraphQLObjectType,
  open = '',
  close = '',
  seen = new Set<GraphQLObjectType>(),
): FieldPath[] {
  seen.add(root);
  return Object.values(root.getFields()).flatMap((field) => {
    const type = getNamedType(field.type);
    const own: FieldPath = {
      open,
      close,
      name: field.name,
      args: field.args,
      selection: isObjectType(type) || 'getTypes' in type ? '{ __typename }' : '',
    };
    const below =
      isObjectType(type) && !seen.has(type)
        ? fieldsWithArguments(
            type,
            `${open}${field.name}${requiredArguments(field.args)} { `,
            ` }${close}`,
            seen,
          )
        : [];
    return [...(field.args.length > 0 ? [own] : []), ...below];
  });
}

const requiredArguments = (args: readonly GraphQLArgument[]): string => {
  const required = args.filter(isRequiredInputField).map((arg) => `${arg.name}: ${rightLiteral(arg)}`);
  return required.length === 0 ? '' : `(${required.join(', ')})`;
};

function mistypedAt(operation: string, { open, close, name, args, selection }: FieldPath): Mistyped[] {
  return args.flatMap((arg) =>
    wrongValuesOf(arg).flatMap(({ where, json }) => {
      const others = args
        .filter((other) => other !== arg && isRequiredInputField(other))
        .map((other) => `${other.name}: ${rightLiteral(other)}`);
      const ask = (value: string) =>
        `{ ${open}${name}(${[`${arg.name}: ${value}`, ...others].join(', ')}) ${selection}${close} }`;
      return [
        {
          name: `${name}(${where}: ${json}) as a variable`,
          query: `${operation} ($v: ${arg.type.toString()}) ${ask('$v')}`,
          variables: `{"v":${json}}`,
        },
        {
          name: `${name}(${where}: ${json}) as a literal`,
          query: `${operation} ${ask(literalOfJson(json))}`,
          variables: '{}',
        },
      ];
    }),
  );
}

interface WrongValue {
  readonly where: string;
  readonly json: string;
}

function wrongValuesOf(place: Place, outer = place.name): WrongValue[] {
  const nullable = getNullableType(place.type);
  const item = isListType(nullable) ? getNullableType(nullable.ofType) : nullable;
  const wrong = wrongFor(item).map((json) => (isListType(nullable) ? `[${json}]` : json));
  const own = [...wrong, ...(isNonNullType(place.type) ? ['null'] : [])].map((json) => ({
    where: outer,
    json,
  }));
  if (!isInputObjectType(item)) return own;
  const fields = Object.values(item.getFields());
  const inner = fields.flatMap((field) =>
    wrongValuesOf(field, `${outer}.${field.name}`).map(({ where, json }) => ({
      where,
      json: `{${[
        `"${field.name}":${json}`,
        ...fields
          .filter((other) => other !== field && isRequiredInputField(other))
          .map((other) => `"${other.name}":${rightJson(other.type)}`),
      ].join()}}`,
    })),
  );
  return [...own, ...inner];
}

function wrongFor(type: GraphQLInputType): readonly string[] {
  if (isEnumType(type)) return WRONG_FOR_ENUMS;
  if (isInputObjectType(type)) return WRONG_FOR_INPUT_OBJECTS;
  return WRONG_FOR_SCALARS[getNamedType(type).name] ?? [];
}

function rightJson(type: GraphQLInputType): string {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return '[]';
  if (isEnumType(nullable)) return JSON.stringify(nullable.getValues()[0]?.name);
  if (isInputObjectType(nullable)) {
    const required = Object.values(nullable.getFields()).filter(isRequiredInputField);
    return `{${required.map((field) => `"${field.name}":${rightJson(field.type)}`).join()}}`;
  }
  const values: Readonly<Record<string, string>> = {
    Int: String(NOBODY),
    Float: '1',
    Boolean: 'true',
    DateTime: '"2026-01-01"',
    ID: `"${NOBODY}"`,
  };
  return values[getNamedType(nullable).name] ?? '"a"';
}

const rightLiteral = (place: Place): string => {
  const nullable = getNullableType(place.type);
  return isEnumType(nullable) ? (nullable.getValues()[0]?.name ?? '') : literalOfJson(rightJson(place.type));
};

/**
 * Converts JSON to a literal by removing quotes of names. Strings for enums stay strings, which is another
 * kind of invalid value.
 */
const literalOfJson = (json: string): string => json.replaceAll(/"(\w+)":/g, '$1:');
