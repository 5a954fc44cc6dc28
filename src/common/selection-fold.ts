import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  getNamedType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type InlineFragmentNode,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** Returns the fragment with a name; undefined if the document does not define it. */
export type FragmentLookup = (name: string) => FragmentDefinitionNode | undefined;

export function fragmentsOf({ definitions }: DocumentNode): FragmentLookup {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return (name) => fragments.get(name);
}

/** A field where it is selected. */
export interface SelectedField {
  readonly node: FieldNode;
  /** Undefined without a schema, below a field without `definition`, and in a fragment on an unknown type. */
  readonly parent: GraphQLNamedType | undefined;
  /** Undefined if `parent` does not have the field, and for `__typename`, `__schema` and `__type`. */
  readonly definition: GraphQLField<unknown, unknown> | undefined;
}

/** How to compute the result of a selection set from those of its selections. */
export interface SelectionFold<Result> {
  readonly fragments: FragmentLookup;
  /** If it is missing, fields have no `parent` and no `definition`. */
  readonly schema?: GraphQLSchema;
  /** @param below computes the result of the selection set of the field */
  readonly field: (field: SelectedField, below: () => Result) => Result;
  /**
   * By default, a fragment has the result of its selection set.
   * @param fragment the inline fragment itself, or the fragment of that name, if it exists
   */
  readonly fragment?: (
    selection: InlineFragmentNode | FragmentSpreadNode,
    fragment: InlineFragmentNode | FragmentDefinitionNode | undefined,
    inside: Result,
  ) => Result;
  /** @param results in the order of `selections`; both are empty for a selection set that is missing */
  readonly combine: (results: readonly Result[], selections: readonly SelectionNode[]) => Result;
}

/**
 * Returns the traversal of the selections of one document. All code that follows fragments uses it.
 *
 * Each selection set is processed once, when it is first reached, and its result is reused. So fragments that
 * spread one another many times take time proportional to the length of the document. A fragment that spreads
 * itself has the result of a missing selection set at that place, so documents need not be validated.
 *
 * The returned function takes the type that the selection set applies to. It may be called many times.
 */
export function selectionFold<Result>({
  fragments,
  schema,
  field,
  fragment = (_selection, _fragment, inside) => inside,
  combine,
}: SelectionFold<Result>): (set: SelectionSetNode | undefined, type?: GraphQLNamedType | null) => Result {
  const empty = combine([], []);
  const known = new Map<SelectionSetNode, { result: Result }>();

  const ofSelection = (selection: SelectionNode, parent: GraphQLNamedType | undefined): Result => {
    if (selection.kind === Kind.FIELD) {
      const hasFields = isObjectType(parent) || isInterfaceType(parent);
      const definition = hasFields ? parent.getFields()[selection.name.value] : undefined;
      const type = definition && getNamedType(definition.type);
      return field({ node: selection, parent, definition }, () => ofSet(selection.selectionSet, type));
    }
    const found = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments(selection.name.value);
    const condition = found?.typeCondition?.name.value;
    const type = condition === undefined ? parent : schema?.getType(condition);
    return fragment(selection, found, ofSet(found?.selectionSet, type));
  };

  const ofSet = (set: SelectionSetNode | undefined, type: GraphQLNamedType | undefined): Result => {
    if (set === undefined) return empty;
    const before = known.get(set);
    if (before !== undefined) return before.result;
    const entry = { result: empty };
    known.set(set, entry);
    entry.result = combine(
      set.selections.map((selection) => ofSelection(selection, type)),
      set.selections,
    );
    return entry.result;
  };

  return (set, type) => ofSet(set, type ?? undefined);
}
