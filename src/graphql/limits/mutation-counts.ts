import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getOperationAST,
  type GraphQLSchema,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
import { extensionsOf } from './field-extensions.js';

/** The number of mutations in a request, and how many of them have a rate limit of their own. */
export interface MutationCounts {
  readonly all: number;
  readonly summary: number;
  readonly bulk: number;
}

/**
 * Counts root fields, so each alias counts. Returns null if the operation is not a mutation. The document
 * must be validated, which limits its size.
 */
export function mutationCounts(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
): MutationCounts | null {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== OperationTypeNode.MUTATION) return null;
  const fields = schema.getMutationType()?.getFields() ?? {};
  const counts = { all: 0, summary: 0, bulk: 0 };
  for (const name of rootFieldsOf(document, operation.selectionSet)) {
    const field = fields[name];
    if (field === undefined) continue;
    counts.all += 1;
    const { rateGroup } = extensionsOf(field);
    if (rateGroup !== undefined) counts[rateGroup] += 1;
  }
  return counts;
}

function rootFieldsOf(document: DocumentNode, set: SelectionSetNode | undefined): string[] {
  return (set?.selections ?? []).flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.name.value];
    const inner =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection
        : document.definitions.find(
            (definition): definition is FragmentDefinitionNode =>
              definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value,
          );
    return rootFieldsOf(document, inner?.selectionSet);
  });
}
