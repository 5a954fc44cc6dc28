import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

type Selection = Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>;

/**
 * The names of the fields that are asked for of the nodes of a connection. What a directive may leave out counts as
 * asked for.
 */
function fieldsOfNodes({ fieldNodes, fragments }: Selection): ReadonlySet<string> {
  const fieldsOf = (set: SelectionSetNode | undefined): FieldNode[] =>
    (set?.selections ?? []).flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection];
      const isInline = selection.kind === Kind.INLINE_FRAGMENT;
      return fieldsOf(isInline ? selection.selectionSet : fragments[selection.name.value]?.selectionSet);
    });
  const below = (nodes: readonly FieldNode[], name: string) =>
    nodes.flatMap((node) => fieldsOf(node.selectionSet)).filter((field) => field.name.value === name);
  const nodes = [...below(fieldNodes, 'nodes'), ...below(below(fieldNodes, 'edges'), 'node')];
  return new Set(nodes.flatMap((node) => fieldsOf(node.selectionSet)).map(({ name }) => name.value));
}

/**
 * Makes a function that gives what is to be read for the nodes of a connection. It is worked out once for a field of a
 * document, for a connection may be resolved for each of a hundred parents, and documents come again.
 *
 * @param readFor what is to be read for fields of a node
 */
export function readForNodes<Read extends object>(
  readFor: (fields: ReadonlySet<string>) => Read,
): (info: Selection) => Read {
  const known = new WeakMap<FieldNode, Read>();
  return (info) => {
    const [fieldNode, ...others] = info.fieldNodes;
    // One that is merged with others depends on where it stands.
    if (fieldNode === undefined || others.length > 0) return readFor(fieldsOfNodes(info));
    let read = known.get(fieldNode);
    if (read === undefined) {
      read = readFor(fieldsOfNodes(info));
      known.set(fieldNode, read);
    }
    return read;
  };
}
