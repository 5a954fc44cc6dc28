import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

/** Maximum number of fields: each time a fragment is spread, code for its fields is generated again. */
const MAX_FIELDS = 500;

/**
 * Whether a query may be compiled. graphql-jit generates JavaScript from the document, so the document must
 * not contain anything that could inject code. graphql-jit 0.8.9 executes the text after a certain word in a
 * string literal as code. Strings in variables never become part of the code. Names that begin with two
 * underscores have a special meaning in JavaScript.
 */
export function isCompilable(document: DocumentNode, operation: OperationDefinitionNode): boolean {
  return (
    operation.operation === OperationTypeNode.QUERY &&
    !hasTexts(document) &&
    !hasReservedNames(document) &&
    fieldCount(document, operation.selectionSet) <= MAX_FIELDS
  );
}

function hasTexts(document: DocumentNode): boolean {
  let isFound = false;
  visit(document, {
    [Kind.STRING]: () => {
      isFound = true;
    },
  });
  return isFound;
}

function hasReservedNames(document: DocumentNode): boolean {
  let isFound = false;
  visit(document, {
    [Kind.NAME]: ({ value }) => {
      if (value.startsWith('__') && value !== '__typename') isFound = true;
    },
  });
  return isFound;
}

/**
 * Counts fields, including those of fragments as often as they are spread. Validation has rejected recursive
 * fragments.
 */
function fieldCount(document: DocumentNode, selectionSet: SelectionSetNode): number {
  const fragments = new Map(
    document.definitions
      .filter(
        (definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION,
      )
      .map((fragment) => [fragment.name.value, fragment.selectionSet]),
  );
  const known = new Map<SelectionSetNode, number>();
  const count = (set: SelectionSetNode | undefined): number => {
    if (set === undefined) return 0;
    const counted =
      known.get(set) ??
      set.selections.reduce((sum, selection) => {
        if (selection.kind === Kind.FIELD) return sum + 1 + count(selection.selectionSet);
        const isInline = selection.kind === Kind.INLINE_FRAGMENT;
        return sum + count(isInline ? selection.selectionSet : fragments.get(selection.name.value));
      }, 0);
    known.set(set, counted);
    return counted;
  };
  return count(selectionSet);
}
