import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../../common/page-window.js';
import { extensionsOf } from './field-extensions.js';

/** Of a list that has no pages and of which nothing else is said. */
const ASSUMED_SIZE = 10;

type Variables = Readonly<Record<string, unknown>>;

/** What a query costs, or a part of it; a function where that is up to its variables. */
type Amount = number | ((variables: Variables) => number);

/** How many objects an operation may have the server make, with the variables that it comes with. */
export type QueryCost = (variables: Variables) => number;

/**
 * Works out what an operation costs: the objects of its answer, where every page is full and every list as long as it is
 * said to be, and what its fields cost by themselves. The document has been validated.
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): QueryCost {
  const amount = new CostCompiler(schema, document, operation).ofOperation();
  return typeof amount === 'number' ? () => amount : amount;
}

class CostCompiler {
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  private readonly defaults: ReadonlyMap<string, ValueNode | undefined>;

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
  ) {
    this.fragments = new Map(
      document.definitions
        .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
        .map((fragment) => [fragment.name.value, fragment]),
    );
    this.defaults = new Map(
      (operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [
        variable.name.value,
        defaultValue,
      ]),
    );
  }

  ofOperation(): Amount {
    const type = this.schema.getRootType(this.operation.operation);
    return this.ofSelections(this.operation.selectionSet, type ?? undefined, ASSUMED_SIZE);
  }

  /** @param size of the lists in it that nothing else is said of: in a connection, that of its page */
  private ofSelections(
    set: SelectionSetNode | undefined,
    type: GraphQLNamedType | undefined,
    size: Amount,
  ): Amount {
    return (set?.selections ?? [])
      .map((selection): Amount => {
        if (selection.kind === Kind.FIELD) return this.ofField(selection, type, size);
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value);
        const condition = fragment?.typeCondition;
        const inner = condition === undefined ? type : this.schema.getType(condition.name.value);
        return this.ofSelections(fragment?.selectionSet, inner, size);
      })
      .reduce(sum, 0);
  }

  private ofField(node: FieldNode, parent: GraphQLNamedType | undefined, size: Amount): Amount {
    if (!isObjectType(parent) && !isInterfaceType(parent)) return 0;
    const field = parent.getFields()[node.name.value];
    if (field === undefined) return 0;
    const { cost = 0 } = extensionsOf(field);
    const type = getNamedType(field.type);
    if (!isCompositeType(type)) return cost;
    const isList = isListType(getNullableType(field.type));
    const inside = isList ? ASSUMED_SIZE : this.pageSize(node, field);
    const one = sum(1, this.ofSelections(node.selectionSet, type, inside));
    return sum(cost, isList ? product(this.listSize(node, field, size), one) : one);
  }

  private listSize(node: FieldNode, field: GraphQLField<unknown, unknown>, size: Amount): Amount {
    const representations = node.arguments?.find((argument) => argument.name.value === 'representations');
    if (field.name === '_entities' && representations !== undefined) {
      return this.given(representations, (value) => (Array.isArray(value) ? value.length : 1));
    }
    return extensionsOf(field).assumedSize ?? size;
  }

  private pageSize(node: FieldNode, field: GraphQLField<unknown, unknown>): Amount {
    const has = (name: string) => field.args.some((argument) => argument.name === name);
    if (!has('first') && !has('last')) return ASSUMED_SIZE;
    const given = (node.arguments ?? []).filter(({ name }) => ['first', 'last'].includes(name.value));
    if (given.length === 0) return DEFAULT_PAGE_SIZE;
    return given.map((argument) => this.given(argument, asPageSize)).reduce(larger);
  }

  private given({ value }: ArgumentNode, measure: (value: unknown) => number): Amount {
    if (value.kind !== Kind.VARIABLE) {
      // A list may hold variables; how long it is does not depend on them.
      return measure(valueFromASTUntyped(value));
    }
    const name = value.name.value;
    const standard = this.defaults.get(name);
    const otherwise = standard === undefined ? undefined : valueFromASTUntyped(standard);
    return (variables) => measure(Object.hasOwn(variables, name) ? variables[name] : otherwise);
  }
}

/** Of what no page can have, the service tells the caller; no page has more than the largest. */
function asPageSize(value: unknown): number {
  if (value === undefined || value === null) return DEFAULT_PAGE_SIZE;
  if (typeof value !== 'number' || Number.isNaN(value)) return MAX_PAGE_SIZE;
  return Math.min(Math.max(value, 0), MAX_PAGE_SIZE);
}

const amountOf = (amount: Amount, variables: Variables): number =>
  typeof amount === 'number' ? amount : amount(variables);

const combine =
  (work: (one: number, other: number) => number) =>
  (one: Amount, other: Amount): Amount =>
    typeof one === 'number' && typeof other === 'number'
      ? work(one, other)
      : (variables) => work(amountOf(one, variables), amountOf(other, variables));

const sum = combine((one, other) => one + other);
const product = combine((one, other) => one * other);
const larger = combine((one, other) => Math.max(one, other));
