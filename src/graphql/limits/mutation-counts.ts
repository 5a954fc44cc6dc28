import {
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { fragmentsOf, type SelectedField, selectionFold } from '../../common/selection-fold.js';
import { extensionsOf, type RateGroup } from './field-extensions.js';

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
  { operation, selectionSet }: OperationDefinitionNode,
): MutationCounts | null {
  if (operation !== OperationTypeNode.MUTATION) return null;
  const rootFields = selectionFold<readonly SelectedField[]>({
    fragments: fragmentsOf(document),
    schema,
    field: (field) => [field],
    combine: (fields) => fields.flat(),
  })(selectionSet, schema.getMutationType());
  const fields = rootFields.flatMap(({ definition }) => definition ?? []);
  const countOf = (group: RateGroup) =>
    fields.filter((field) => extensionsOf(field).rateGroup === group).length;
  return { all: fields.length, summary: countOf('summary'), bulk: countOf('bulk') };
}
