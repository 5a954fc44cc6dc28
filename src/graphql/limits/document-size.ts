import {
  type DocumentNode,
  type FieldNode,
  Kind,
  OperationTypeNode,
  type SelectionNode,
  type ValueNode,
} from 'graphql';
import { fragmentsOf, selectionFold } from '../../common/selection-fold.js';

/** The size of a document. Each fragment is counted as often as it is spread. */
export interface DocumentSize {
  /** Nesting of fields. */
  readonly depth: number;
  /** Nesting of lists and objects in a value. */
  readonly valueDepth: number;
  readonly fields: number;
  readonly aliases: number;
  readonly directives: number;
  /**
   * Maximum number of times that the same field is selected in one selection set, or of directives in one
   * place.
   */
  readonly repeats: number;
  /** Root fields of a mutation. */
  readonly mutations: number;
}

const NOTHING: DocumentSize = {
  depth: 0,
  valueDepth: 0,
  fields: 0,
  aliases: 0,
  directives: 0,
  repeats: 0,
  mutations: 0,
};

/**
 * Introspection is excluded from the depth: its response is only as deep as the query, and it is for
 * development only.
 */
const INTROSPECTION = new Set(['__schema', '__type']);

/**
 * Measures the work that a parsed document causes for validation and execution. Returns the maximum of all
 * definitions, since all of them are validated even if only one is executed. Takes time proportional to the
 * length of the document: a fragment that is spread a million times is measured once.
 */
export function sizeOf(document: DocumentNode): DocumentSize {
  const sizeOfSelections = selectionFold<DocumentSize>({
    fragments: fragmentsOf(document),
    field: ({ node }, below) => sizeOfField(node, below()),
    fragment: (selection, fragment, inside) => {
      const ofFragment = selection === fragment ? 0 : (fragment?.directives?.length ?? 0);
      const own = sizeOfDirectives(selection);
      return together({ ...own, directives: own.directives + ofFragment }, inside);
    },
    combine: (sizes, selections) =>
      sizes.reduce(together, { ...NOTHING, repeats: mostOf(selections.map(responseNameOf)) }),
  });
  return document.definitions.reduce((largest, definition) => {
    const isOperation = definition.kind === Kind.OPERATION_DEFINITION;
    if (!isOperation && definition.kind !== Kind.FRAGMENT_DEFINITION) return largest;
    const selected = sizeOfSelections(definition.selectionSet);
    const directives = [
      definition.directives ?? [],
      ...(definition.variableDefinitions ?? []).map((variable) => variable.directives ?? []),
    ];
    const defaults = (definition.variableDefinitions ?? []).map(({ defaultValue }) => depthOf(defaultValue));
    // A fragment on an introspection type may be deep as well.
    const isIntrospection = !isOperation && definition.typeCondition.name.value.startsWith('__');
    const isMutation = isOperation && definition.operation === OperationTypeNode.MUTATION;
    return maximum(largest, {
      ...selected,
      depth: isIntrospection ? 0 : selected.depth,
      valueDepth: Math.max(selected.valueDepth, ...defaults),
      directives: selected.directives + directives.flat().length,
      repeats: Math.max(selected.repeats, ...directives.map(({ length }) => length)),
      mutations: isMutation ? selected.mutations : 0,
    });
  }, NOTHING);
}

function sizeOfDirectives({ directives = [] }: SelectionNode): DocumentSize {
  const valueDepth = depthOfArguments(directives);
  return { ...NOTHING, valueDepth, directives: directives.length, repeats: directives.length };
}

/** Counts the field as a mutation: only in the selection set of a mutation does this number matter. */
function sizeOfField(node: FieldNode, below: DocumentSize): DocumentSize {
  return together(sizeOfDirectives(node), {
    ...below,
    depth: 1 + (INTROSPECTION.has(node.name.value) ? 0 : below.depth),
    valueDepth: Math.max(below.valueDepth, depthOfArguments([node])),
    fields: 1 + below.fields,
    aliases: below.aliases + (node.alias === undefined ? 0 : 1),
    mutations: 1,
  });
}

const together = (one: DocumentSize, other: DocumentSize): DocumentSize => ({
  depth: Math.max(one.depth, other.depth),
  valueDepth: Math.max(one.valueDepth, other.valueDepth),
  fields: one.fields + other.fields,
  aliases: one.aliases + other.aliases,
  directives: one.directives + other.directives,
  repeats: Math.max(one.repeats, other.repeats),
  mutations: one.mutations + other.mutations,
});

const maximum = (one: DocumentSize, other: DocumentSize): DocumentSize => ({
  depth: Math.max(one.depth, other.depth),
  valueDepth: Math.max(one.valueDepth, other.valueDepth),
  fields: Math.max(one.fields, other.fields),
  aliases: Math.max(one.aliases, other.aliases),
  directives: Math.max(one.directives, other.directives),
  repeats: Math.max(one.repeats, other.repeats),
  mutations: Math.max(one.mutations, other.mutations),
});

function responseNameOf(selection: SelectionNode): string | null {
  if (selection.kind === Kind.FIELD) return (selection.alias ?? selection.name).value;
  return selection.kind === Kind.FRAGMENT_SPREAD ? `...${selection.name.value}` : null;
}

function mostOf(names: readonly (string | null)[]): number {
  const counts = new Map<string, number>();
  let most = 0;
  for (const name of names) {
    if (name === null) continue;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    most = Math.max(most, count);
  }
  return most;
}

interface WithArguments {
  readonly arguments?: readonly { readonly value: ValueNode }[];
}

const depthOfArguments = (nodes: readonly WithArguments[]): number =>
  nodes.reduce(
    (depth, node) =>
      (node.arguments ?? []).reduce((deepest, { value }) => Math.max(deepest, depthOf(value)), depth),
    0,
  );

function depthOf(value: ValueNode | undefined): number {
  if (value?.kind === Kind.LIST) return 1 + deepestOf(value.values);
  if (value?.kind === Kind.OBJECT) return 1 + deepestOf(value.fields.map((field) => field.value));
  return 0;
}

const deepestOf = (values: readonly ValueNode[]): number =>
  values.reduce((depth, value) => Math.max(depth, depthOf(value)), 0);
