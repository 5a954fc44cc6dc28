import type { FieldNode, GraphQLResolveInfo } from 'graphql';
import { selectionFold } from '../common/selection-fold.js';

type Selection = Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>;

/** The names of selected fields. A field counts as selected even if a directive may skip it. */
export interface ConnectionSelection {
  /** Fields of the connection itself: `nodes`, `pageInfo`, … */
  readonly ofConnection: ReadonlySet<string>;
  /** Fields of its nodes, through `nodes` or `edges`. */
  readonly ofNodes: ReadonlySet<string>;
}

function selectionOf({ fieldNodes, fragments }: Selection): ConnectionSelection {
  const fieldsOf = selectionFold<readonly FieldNode[]>({
    fragments: (name) => fragments[name],
    field: ({ node }) => [node],
    combine: (fields) => fields.flat(),
  });
  const below = (nodes: readonly FieldNode[]) => nodes.flatMap((node) => fieldsOf(node.selectionSet));
  const named = (fields: readonly FieldNode[], name: string) =>
    fields.filter((field) => field.name.value === name);
  const namesOf = (fields: readonly FieldNode[]) => new Set(fields.map(({ name }) => name.value));
  const fields = below(fieldNodes);
  const nodes = [...named(fields, 'nodes'), ...named(below(named(fields, 'edges')), 'node')];
  return { ofConnection: namesOf(fields), ofNodes: namesOf(below(nodes)) };
}

/**
 * Returns a function that computes what to read for the items of a list.
 *
 * @param readFor computes it from the selected fields of the items
 */
export const readForList = <Read extends object>(readFor: (ofItems: ReadonlySet<string>) => Read) =>
  readForConnection(({ ofConnection }) => readFor(ofConnection));

/**
 * Returns a function that computes what to read for a connection. The result is cached per field node: a
 * connection may be resolved for each of a hundred parents, and documents are executed many times.
 *
 * @param readFor computes it from the selection
 */
export function readForConnection<Read extends object>(
  readFor: (selection: ConnectionSelection) => Read,
): (info: Selection) => Read {
  const known = new WeakMap<FieldNode, Read>();
  return (info) => {
    const [fieldNode, ...others] = info.fieldNodes;
    // The selection of a merged field depends on all of its nodes, so it cannot be cached by one of them.
    if (fieldNode === undefined || others.length > 0) return readFor(selectionOf(info));
    let read = known.get(fieldNode);
    if (read === undefined) {
      read = readFor(selectionOf(info));
      known.set(fieldNode, read);
    }
    return read;
  };
}
