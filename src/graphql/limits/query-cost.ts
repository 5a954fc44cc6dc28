import {
  type DocumentNode,
  type FieldNode,
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLSchema,
  isCompositeType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../../common/page-window.js';
import { fragmentsOf, selectionFold } from '../../common/selection-fold.js';
import { extensionsOf } from './field-extensions.js';

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

export interface QueryCost {
  /** Maximum number of objects in the response. */
  readonly objects: number;
  /** The objects and the surcharges of fields. */
  readonly total: number;
}

/**
 * Computes the cost of an operation, which must be validated. The cost is the number of objects in its
 * response if every page is full and every list has its declared size. The surcharges of fields are added.
 *
 * The document is traversed once. The returned function computes the cost of each request, because variables
 * and row counts differ between requests.
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): (factors: CostFactors) => QueryCost {
  const defaults: Defaults = new Map(
    (operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [
      variable.name.value,
      defaultValue,
    ]),
  );
  const compile = selectionFold<CostFunction>({
    fragments: fragmentsOf(document),
    schema,
    field: ({ node, definition }, below) =>
      definition === undefined ? free : costOfField(node, definition, defaults, below),
    combine: (costs) => sumOf(costs.filter((cost) => cost !== free)),
  });
  const cost = compile(operation.selectionSet, schema.getRootType(operation.operation));
  return (factors) => {
    const { objects, surcharge } = cost(factors, 1, ASSUMED_SIZE);
    return { objects, total: objects + surcharge };
  };
}

interface Cost {
  readonly objects: number;
  readonly surcharge: number;
}

/**
 * @param parents number of objects for which the selections are resolved
 * @param size of nested lists whose field declares no size; within a connection, the page size
 */
type CostFunction = (factors: CostFactors, parents: number, size: number) => Cost;

type Field = GraphQLField<unknown, unknown>;

/** The default values of variables, by name. */
type Defaults = ReadonlyMap<string, ValueNode | undefined>;

const NOTHING: Cost = { objects: 0, surcharge: 0 };
const free: CostFunction = () => NOTHING;

const sumOf =
  (costs: readonly CostFunction[]): CostFunction =>
  (factors, parents, size) =>
    costs.reduce((sum, cost) => {
      const { objects, surcharge } = cost(factors, parents, size);
      return { objects: sum.objects + objects, surcharge: sum.surcharge + surcharge };
    }, NOTHING);

function costOfField(
  node: FieldNode,
  definition: Field,
  defaults: Defaults,
  below: () => CostFunction,
): CostFunction {
  const { cost = 0 } = extensionsOf(definition);
  if (!isCompositeType(getNamedType(definition.type))) {
    return cost === 0 ? free : (_, parents) => ({ objects: 0, surcharge: parents * cost });
  }
  const isList = isListType(getNullableType(definition.type));
  const objectsFor = isList
    ? itemCount(node, definition, defaults)
    : (_: CostFactors, parents: number) => parents;
  const sizeFor = isList ? () => ASSUMED_SIZE : pageSize(node, definition, defaults);
  const costOfSelections = below();
  return (factors, parents, size) => {
    const objects = objectsFor(factors, parents, size);
    const selected = costOfSelections(factors, objects, sizeFor(factors));
    return { objects: objects + selected.objects, surcharge: parents * cost + selected.surcharge };
  };
}

/** The items of a list, for all parents together. */
function itemCount(
  node: FieldNode,
  definition: Field,
  defaults: Defaults,
): (factors: CostFactors, parents: number, size: number) => number {
  const representations = argumentOf(node, 'representations');
  if (definition.name === '_entities' && representations !== undefined) {
    return given(representations, defaults, (value) => (Array.isArray(value) ? value.length : 1));
  }
  const { listOf, assumedSize, sizedBy } = extensionsOf(definition);
  if (sizedBy !== undefined) {
    const { argument, standard, max } = sizedBy;
    const items = given(argumentOf(node, argument), defaults, (value) => asSize(value, standard, max));
    return (factors, parents) => parents * items(factors);
  }
  return listOf === undefined
    ? (_, parents, size) => parents * (assumedSize ?? size)
    : ({ rowCounts }, parents) => Math.min(parents, 1) * (rowCounts[listOf] ?? ASSUMED_SIZE);
}

function pageSize(node: FieldNode, { args }: Field, defaults: Defaults): (factors: CostFactors) => number {
  if (!args.some(({ name }) => name === 'first' || name === 'last')) return () => ASSUMED_SIZE;
  const sizes = ['first', 'last'].flatMap((name) => {
    const argument = argumentOf(node, name);
    return argument === undefined ? [] : given(argument, defaults, asPageSize);
  });
  return sizes.length === 0
    ? () => DEFAULT_PAGE_SIZE
    : (factors) => Math.max(...sizes.map((size) => size(factors)));
}

const argumentOf = (node: FieldNode, name: string): ValueNode | undefined =>
  node.arguments?.find((argument) => argument.name.value === name)?.value;

/** @param measure of the value of an argument; undefined if it is not given */
function given(
  value: ValueNode | undefined,
  defaults: Defaults,
  measure: (value: unknown) => number,
): (factors: CostFactors) => number {
  if (value?.kind !== Kind.VARIABLE) {
    // A list may contain variables, but its length does not depend on them.
    const fixed = measure(untyped(value));
    return () => fixed;
  }
  const name = value.name.value;
  const otherwise = untyped(defaults.get(name));
  return ({ variables }) => measure(Object.hasOwn(variables, name) ? variables[name] : otherwise);
}

const untyped = (value: ValueNode | undefined): unknown =>
  value === undefined ? undefined : valueFromASTUntyped(value);

/** Invalid sizes are rejected by the service; here they are clamped to 0..max. */
function asSize(value: unknown, standard: number, max: number): number {
  if (value === undefined || value === null) return standard;
  if (typeof value !== 'number' || Number.isNaN(value)) return max;
  return Math.min(Math.max(value, 0), max);
}

const asPageSize = (value: unknown): number => asSize(value, DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
