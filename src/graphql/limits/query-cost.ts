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
import { extensionsOf, type SizeArgument } from './field-extensions.js';

/** The assumed size of a list without pages whose field declares no size. */
const ASSUMED_SIZE = 10;

type Variables = Readonly<Record<string, unknown>>;

/** Numbers of rows of lists without pages, by table name. */
export type RowCounts = Readonly<Record<string, number>>;

/** The input of a cost besides the document. */
export interface CostFactors {
  readonly variables: Variables;
  readonly rowCounts: RowCounts;
}

/** A number of objects, or a function if it depends on the cost factors. */
type Amount = number | ((factors: CostFactors) => number);

export interface QueryCost {
  /** Maximum number of objects in the response. */
  readonly objects: number;
  /** The objects and the surcharges of fields. */
  readonly total: number;
}

/**
 * Computes the cost of an operation, which must be validated. The cost is the number of objects in its
 * response if every page is full and every list has its declared size. The surcharges of fields are added.
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): (factors: CostFactors) => QueryCost {
  const { objects, surcharge } = new CostCompiler(schema, document, operation).ofOperation();
  return (factors) => {
    const count = amountOf(objects, factors);
    return { objects: count, total: count + amountOf(surcharge, factors) };
  };
}

interface Cost {
  readonly objects: Amount;
  readonly surcharge: Amount;
}

const NOTHING: Cost = { objects: 0, surcharge: 0 };

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

  ofOperation(): Cost {
    const type = this.schema.getRootType(this.operation.operation);
    return this.ofSelections(this.operation.selectionSet, type ?? undefined, 1, ASSUMED_SIZE);
  }

  /**
   * @param parents number of objects for which the selections are resolved
   * @param size of nested lists whose field declares no size; within a connection, the page size
   */
  private ofSelections(
    set: SelectionSetNode | undefined,
    type: GraphQLNamedType | undefined,
    parents: Amount,
    size: Amount,
  ): Cost {
    return (set?.selections ?? [])
      .map((selection): Cost => {
        if (selection.kind === Kind.FIELD) return this.ofField(selection, type, parents, size);
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value);
        const condition = fragment?.typeCondition;
        const inner = condition === undefined ? type : this.schema.getType(condition.name.value);
        return this.ofSelections(fragment?.selectionSet, inner, parents, size);
      })
      .reduce(together, NOTHING);
  }

  private ofField(
    node: FieldNode,
    parent: GraphQLNamedType | undefined,
    parents: Amount,
    size: Amount,
  ): Cost {
    if (!isObjectType(parent) && !isInterfaceType(parent)) return NOTHING;
    const field = parent.getFields()[node.name.value];
    if (field === undefined) return NOTHING;
    const own: Cost = { objects: 0, surcharge: product(parents, extensionsOf(field).cost ?? 0) };
    const type = getNamedType(field.type);
    if (!isCompositeType(type)) return own;
    const isList = isListType(getNullableType(field.type));
    const objects = isList ? this.itemCount(node, field, parents, size) : parents;
    const inside = isList ? ASSUMED_SIZE : this.pageSize(node, field);
    return [{ objects, surcharge: 0 }, this.ofSelections(node.selectionSet, type, objects, inside)].reduce(
      together,
      own,
    );
  }

  /** The items of a list, for all parents together. */
  private itemCount(
    node: FieldNode,
    field: GraphQLField<unknown, unknown>,
    parents: Amount,
    size: Amount,
  ): Amount {
    const representations = node.arguments?.find((argument) => argument.name.value === 'representations');
    if (field.name === '_entities' && representations !== undefined) {
      return this.given(representations, (value) => (Array.isArray(value) ? value.length : 1));
    }
    const { listOf, assumedSize, sizedBy } = extensionsOf(field);
    if (sizedBy !== undefined) return product(parents, this.sizeBy(node, sizedBy));
    return listOf === undefined
      ? product(parents, assumedSize ?? size)
      : product(sign(parents), ({ rowCounts }) => rowCounts[listOf] ?? ASSUMED_SIZE);
  }

  private pageSize(node: FieldNode, field: GraphQLField<unknown, unknown>): Amount {
    const has = (name: string) => field.args.some((argument) => argument.name === name);
    if (!has('first') && !has('last')) return ASSUMED_SIZE;
    const given = (node.arguments ?? []).filter(({ name }) => ['first', 'last'].includes(name.value));
    if (given.length === 0) return DEFAULT_PAGE_SIZE;
    return given.map((argument) => this.given(argument, asPageSize)).reduce(larger);
  }

  private sizeBy(node: FieldNode, { argument, standard, max }: SizeArgument): Amount {
    const given = node.arguments?.find(({ name }) => name.value === argument);
    return given === undefined ? standard : this.given(given, (value) => asSize(value, standard, max));
  }

  private given({ value }: ArgumentNode, measure: (value: unknown) => number): Amount {
    if (value.kind !== Kind.VARIABLE) {
      // A list may contain variables, but its length does not depend on them.
      return measure(valueFromASTUntyped(value));
    }
    const name = value.name.value;
    const standard = this.defaults.get(name);
    const otherwise = standard === undefined ? undefined : valueFromASTUntyped(standard);
    return ({ variables }) => measure(Object.hasOwn(variables, name) ? variables[name] : otherwise);
  }
}

/** Invalid sizes are rejected by the service; here they are clamped to 0..max. */
function asSize(value: unknown, standard: number, max: number): number {
  if (value === undefined || value === null) return standard;
  if (typeof value !== 'number' || Number.isNaN(value)) return max;
  return Math.min(Math.max(value, 0), max);
}

const asPageSize = (value: unknown): number => asSize(value, DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);

const amountOf = (amount: Amount, factors: CostFactors): number =>
  typeof amount === 'number' ? amount : amount(factors);

const combine =
  (work: (one: number, other: number) => number) =>
  (one: Amount, other: Amount): Amount =>
    typeof one === 'number' && typeof other === 'number'
      ? work(one, other)
      : (factors) => work(amountOf(one, factors), amountOf(other, factors));

const sum = combine((one, other) => one + other);
const product = combine((one, other) => one * other);
const larger = combine((one, other) => Math.max(one, other));

/** 1 if there are any objects, else 0. */
const sign = (amount: Amount): Amount => combine(Math.min)(amount, 1);

const together = (one: Cost, other: Cost): Cost => ({
  objects: sum(one.objects, other.objects),
  surcharge: sum(one.surcharge, other.surcharge),
});
