import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  getNamedType,
  getNullableType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredInputField,
  parse,
} from 'graphql';
import type { Choices } from './choices.js';
import { hostileText, PROTOTYPE_NAMES } from './hostile-texts.js';

/** A document, and its variables as JSON text. */
export interface Sent {
  readonly query: string;
  readonly variables: string;
}

export const bodyOf = ({ query, variables }: Sent): string =>
  `{"query":${JSON.stringify(query)},"variables":${variables}}`;

/** Returns the schema of the server, including the fields for a gateway. */
export const readSchema = (): GraphQLSchema =>
  buildSubgraphSchema(parse(readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8')));

/** Values that arguments can use in addition to generated ones. */
export interface KnownValues {
  readonly ids: readonly number[];
  readonly cursors: readonly string[];
}

const MAX_DEPTH = 5;
/**
 * The maximum number of fields in a document. Nested lists would multiply beyond the limits of the server.
 */
const MAX_FIELDS = 40;

/**
 * Returns a query that is valid for the schema, with unusual selections, aliases, fragments, directives, and
 * values of the correct type.
 */
export function queryOf(schema: GraphQLSchema, choices: Choices, known: KnownValues): Sent {
  const type = schema.getQueryType();
  if (type == null) throw new Error('The schema has no queries.');
  return new DocumentMaker(choices, known).make('query', Object.values(type.getFields()));
}

/** Like `queryOf`, for one mutation. @param mayBeChosen whether the mutation with this name may be chosen */
export function mutationOf(
  schema: GraphQLSchema,
  choices: Choices,
  known: KnownValues,
  mayBeChosen: (name: string) => boolean,
): Sent {
  const fields = Object.values(schema.getMutationType()?.getFields() ?? {});
  const field = choices.of(fields.filter(({ name }) => mayBeChosen(name)));
  return new DocumentMaker(choices, known).make('mutation', [field], 1);
}

type Field = GraphQLField<unknown, unknown>;

class DocumentMaker {
  private readonly variables: { readonly name: string; readonly type: string; readonly json: string }[] = [];
  private readonly fragments: string[] = [];
  private fieldCount = 0;
  private aliasCount = 0;

  constructor(
    private readonly choices: Choices,
    private readonly known: KnownValues,
  ) {}

  make(operation: 'query' | 'mutation', fields: readonly Field[], count = 1 + this.choices.below(5)): Sent {
    const selection = `{ ${Array.from({ length: count }, () => this.field(this.choices.of(fields), 0)).join(' ')} }`;
    const declared = this.variables.map((variable) => `$${variable.name}: ${variable.type}`).join(' ');
    const name = this.choices.of(['', 'Q', 'constructor', 'toString']);
    return {
      query: `${operation} ${name} ${declared === '' ? '' : `(${declared})`} ${selection} ${this.fragments.join(' ')}`,
      variables: `{${this.variables.map(({ name, json }) => `${JSON.stringify(name)}:${json}`).join()}}`,
    };
  }

  private selectionSet(type: GraphQLObjectType, depth: number): string {
    const fields = Object.values(type.getFields()).filter(
      (field) => depth < MAX_DEPTH || !isObjectType(getNamedType(field.type)),
    );
    const selections = Array.from({ length: 1 + this.choices.below(5) }, () =>
      fields.length > 0 && this.fieldCount < MAX_FIELDS && !this.choices.onceIn(12)
        ? this.field(this.choices.of(fields), depth)
        : '__typename',
    );
    const body = selections.join(' ');
    switch (this.choices.below(10)) {
      case 8:
        return `{ ... on ${type.name} { ${body} } }`;
      case 9: {
        const name = `F${this.fragments.length}`;
        this.fragments.push(`fragment ${name} on ${type.name} { ${body} }`);
        return `{ ...${name} ...${name} }`;
      }
      default:
        return `{ ${body} }`;
    }
  }

  private field(field: Field, depth: number): string {
    this.fieldCount += 1;
    const args = field.args
      .filter((arg) => isRequiredInputField(arg) || this.choices.onceIn(2))
      .map((arg) => this.argument(arg));
    const type = getNamedType(field.type);
    const selection = isObjectType(type) ? this.selectionSet(type, depth + 1) : '';
    return [
      `${this.alias()}: ${field.name}`,
      args.length === 0 ? '' : `(${args.join(' ')})`,
      this.directive(),
      selection,
    ].join(' ');
  }

  /** Every field has an alias, because the same field with other arguments would be a conflict. */
  private alias(): string {
    this.aliasCount += 1;
    return `${this.choices.of(['a', 'constructor', 'toString', '_', 'hasOwnProperty'])}${this.aliasCount}`;
  }

  private directive(): string {
    switch (this.choices.below(8)) {
      case 5:
        return '@include(if: true)';
      case 6:
        return '@skip(if: false)';
      case 7:
        return `@skip(if: $${this.variable('Boolean!', this.choices.of(['true', 'false']))})`;
      default:
        return '';
    }
  }

  private argument(arg: GraphQLArgument): string {
    const type = arg.type;
    const json = this.value(type, 0);
    return `${arg.name}: ${this.choices.onceIn(2) ? literalOf(type, json) : `$${this.variable(type.toString(), JSON.stringify(json))}`}`;
  }

  private variable(type: string, json: string): string {
    const name = `v${this.variables.length}`;
    this.variables.push({ name, type, json });
    return name;
  }

  private value(type: GraphQLInputType, depth: number): unknown {
    if (!isNonNullType(type) && this.choices.onceIn(8)) return null;
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      return this.choices.some(3, () => this.value(nullable.ofType, depth + 1));
    }
    if (isEnumType(nullable)) return this.choices.of(nullable.getValues()).name;
    if (isInputObjectType(nullable)) {
      return Object.fromEntries(
        Object.values(nullable.getFields())
          .filter((field) => isRequiredInputField(field) || this.choices.onceIn(4))
          .map((field) => [field.name, this.value(field.type, depth + 1)]),
      );
    }
    return this.scalar(getNamedType(nullable).name);
  }

  private scalar(name: string): unknown {
    const { ids, cursors } = this.known;
    switch (name) {
      case 'Int':
        return this.choices.of([...ids, 0, 1, 20, 100, 101, -1, -2_147_483_648, 2_147_483_647]);
      case 'Float':
        return this.choices.of([0, 1, -0.5, 1e308, -1e308, 5e-324, 2 ** 53, 0.1, 99_999_999.995]);
      case 'Boolean':
        return this.choices.onceIn(2);
      case 'DateTime':
        return this.choices.of(['2026-01-01', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999+14:00']);
      case '_Any':
        return this.representation();
      default:
        return this.choices.onceIn(4)
          ? this.choices.of([...cursors, ...ids.map(String)])
          : hostileText(this.choices);
    }
  }

  private representation(): unknown {
    const id = this.choices.of<unknown>([...this.known.ids, '1', 'x', null, {}, [], -1, 1.5, true]);
    return {
      __typename: this.choices.of<unknown>([
        'Lead',
        'Lead',
        ...PROTOTYPE_NAMES,
        'Query',
        'LeadStatus',
        '',
        0,
        null,
        {},
      ]),
      ...(this.choices.onceIn(4) ? {} : { id }),
      ...(this.choices.onceIn(4) ? { [hostileText(this.choices)]: hostileText(this.choices) } : {}),
    };
  }
}

/** Formats a value as a GraphQL literal, in which names of enum values and fields have no quotes. */
function literalOf(type: GraphQLInputType, value: unknown): string {
  const nullable = getNullableType(type);
  if (isEnumType(nullable) && typeof value === 'string') return value;
  if (Array.isArray(value)) {
    const item = isListType(nullable) ? nullable.ofType : nullable;
    return `[${value.map((one) => literalOf(item, one)).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const fields = isInputObjectType(nullable) ? nullable.getFields() : {};
    const entries = Object.entries(value).map(([name, one]: [string, unknown]) => {
      const fieldType = Object.hasOwn(fields, name) ? (fields[name]?.type ?? type) : type;
      return `${/^[_A-Za-z]\w*$/.test(name) ? name : 'odd'}: ${literalOf(fieldType, one)}`;
    });
    return `{${entries.join(', ')}}`;
  }
  return JSON.stringify(value);
}
