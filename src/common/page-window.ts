import { InvalidInputError } from './domain-error.js';

const DEFAULT_SIZE = 20;
const MAX_SIZE = 100;

/** The arguments of a connection, as Relay names them. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

/** What part of a list is asked for. */
export interface PageWindow<Position> {
  readonly size: number;
  /** Read from its end: the last ones before a position. */
  readonly isBackward: boolean;
  /** All that is wanted comes after it; null: from the beginning. */
  readonly after: Position | null;
  /** All that is wanted comes before it; null: to the end. */
  readonly before: Position | null;
}

interface Edge<Node> {
  readonly cursor: string;
  readonly node: Node;
}

/** A page of a list. (Relay's "GraphQL Cursor Connections Specification") */
export interface Page<Node> {
  readonly edges: readonly Edge<Node>[];
  readonly nodes: readonly Node[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/**
 * @param read gives the position that a cursor stands for, given the name of its argument
 * @throws BAD_USER_INPUT
 */
export function pageWindow<Position>(
  { first, after, last, before }: PageArguments,
  read: (cursor: string, name: 'after' | 'before') => Position,
): PageWindow<Position> {
  if (first != null && last != null) throw new InvalidInputError('first and last do not go together.');
  const size = sizeOf('first', first) ?? sizeOf('last', last) ?? DEFAULT_SIZE;
  return {
    size,
    isBackward: last != null,
    after: after == null ? null : read(after, 'after'),
    before: before == null ? null : read(before, 'before'),
  };
}

function sizeOf(name: string, size: number | null | undefined): number | null {
  if (size == null) return null;
  if (size < 1 || size > MAX_SIZE) {
    throw new InvalidInputError(`${name} must be a whole number from 1 to ${MAX_SIZE}.`);
  }
  return size;
}

/**
 * The page out of what was read.
 * @param rows up to one more than the size of the window, in the direction in which it is read
 */
export function pageOf<Node, Position>(
  rows: readonly Node[],
  { size, isBackward, after, before }: PageWindow<Position>,
  cursorOf: (node: Node) => string,
): Page<Node> {
  const read = rows.slice(0, size);
  const nodes = isBackward ? read.reverse() : read;
  const edges = nodes.map((node) => ({ cursor: cursorOf(node), node }));
  const isMore = rows.length > size;
  return {
    edges,
    nodes,
    pageInfo: {
      // Where a cursor was given on the other side, it stood for something that is there.
      hasNextPage: isBackward ? before !== null : isMore,
      hasPreviousPage: isBackward ? isMore : after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
