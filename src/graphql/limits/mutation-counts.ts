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

/** How many mutations a request has, and how many of those are of a kind that is counted apart. */
export interface MutationCounts {
  readonly all: number;
  readonly summary: number;
  readonly bulk: number;
}

/** Each alias counts. Of what is no mutation, null. The document has been validated, so it is of a bounded size. */
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
