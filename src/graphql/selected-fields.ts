import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

type Selection = Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>;

/** The names of what is asked for. What a directive may leave out counts as asked for. */
export interface ConnectionSelection {
  /** Of the connection itself: `nodes`, `pageInfo`, … */
  readonly ofConnection: ReadonlySet<string>;
  /** Of its nodes, in whichever way they are reached. */
  readonly ofNodes: ReadonlySet<string>;
}

function selectionOf({ fieldNodes, fragments }: Selection): ConnectionSelection {
  const fieldsOf = (set: SelectionSetNode | undefined): FieldNode[] =>
    (set?.selections ?? []).flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection];
      const isInline = selection.kind === Kind.INLINE_FRAGMENT;
      return fieldsOf(isInline ? selection.selectionSet : fragments[selection.name.value]?.selectionSet);
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
 * Makes a function that gives what is to be read for the items of a list.
 *
 * @param readFor what is to be read for the fields of its items
 */
export const readForList = <Read extends object>(readFor: (ofItems: ReadonlySet<string>) => Read) =>
  readForConnection(({ ofConnection }) => readFor(ofConnection));

/**
 * Makes a function that gives what is to be read for a connection. It is worked out once for a field of a document, for a
 * connection may be resolved for each of a hundred parents, and documents come again.
 *
 * @param readFor what is to be read for what is asked for
 */
export function readForConnection<Read extends object>(
  readFor: (selection: ConnectionSelection) => Read,
): (info: Selection) => Read {
  const known = new WeakMap<FieldNode, Read>();
  return (info) => {
    const [fieldNode, ...others] = info.fieldNodes;
    // One that is merged with others depends on where it stands.
    if (fieldNode === undefined || others.length > 0) return readFor(selectionOf(info));
    let read = known.get(fieldNode);
    if (read === undefined) {
      read = readFor(selectionOf(info));
      known.set(fieldNode, read);
    }
    return read;
  };
}
