import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

/** What a query may ask for: each time that a fragment is spread, its fields are made into code once more. */
const MAX_FIELDS = 500;

/**
 * Whether a query may be made into a program. graphql-jit writes one out of the document, so nothing goes there that could be
 * more than GraphQL: as of 0.8.9 it executes as code what stands behind a certain word in a text of the document.
 * Texts in variables never become part of the program. Names that begin with two underscores mean something to JavaScript.
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

/** Fields with those of all fragments, as often as they are spread; validation has refused those that spread themselves. */
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
