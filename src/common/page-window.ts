import { InvalidInputError } from './domain-error.js';

export const DEFAULT_PAGE_SIZE = 20;
export const MAX_PAGE_SIZE = 100;

/** The arguments of a connection, as named in the Relay specification. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

/** The part of a list that is requested. */
export interface PageWindow<Position> {
  readonly size: number;
  /** Read from the end: the last items before a position. */
  readonly isBackward: boolean;
  /** The page starts after this position; null: at the beginning of the list. */
  readonly after: Position | null;
  /** The page ends before this position; null: at the end of the list. */
  readonly before: Position | null;
}

interface Edge<Node> {
  readonly cursor: string;
  readonly node: Node;
}

/** A page of a list, as in Relay's "GraphQL Cursor Connections Specification". */
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
 * @param read returns the position of a cursor; `name` is the argument that contains it
 * @throws BAD_USER_INPUT
 */
export function pageWindow<Position>(
  { first, after, last, before }: PageArguments,
  read: (cursor: string, name: 'after' | 'before') => Position,
): PageWindow<Position> {
  if (first != null && last != null) throw new InvalidInputError('first and last cannot be combined.');
  const size = sizeOf('first', first) ?? sizeOf('last', last) ?? DEFAULT_PAGE_SIZE;
  return {
    size,
    isBackward: last != null,
    after: after == null ? null : read(after, 'after'),
    before: before == null ? null : read(before, 'before'),
  };
}

function sizeOf(name: string, size: number | null | undefined): number | null {
  if (size == null) return null;
  if (size < 1 || size > MAX_PAGE_SIZE) {
    throw new InvalidInputError(`${name} must be a whole number from 1 to ${MAX_PAGE_SIZE}.`);
  }
  return size;
}

/**
 * Makes a page from rows.
 * @param rows at most one more than the size of the window, in the direction in which they were read
 */
export function pageOf<Node, Position>(
  rows: readonly Node[],
  { size, isBackward, after, before }: PageWindow<Position>,
  cursorOf: (node: Node) => string,
): Page<Node> {
  const read = rows.slice(0, size);
  const isMore = rows.length > size;
  // If a cursor limits the other side, its own item is there, so that side has at least one more item.
  return new ReadPage(
    isBackward ? read.reverse() : read,
    isBackward ? before !== null : isMore,
    isBackward ? isMore : after !== null,
    cursorOf,
  );
}

/**
 * Edges and cursors are created on access: most queries request nodes only, and nested lists have hundreds of
 * them.
 */
class ReadPage<Node> implements Page<Node> {
  constructor(
    readonly nodes: readonly Node[],
    private readonly hasNextPage: boolean,
    private readonly hasPreviousPage: boolean,
    private readonly cursorOf: (node: Node) => string,
  ) {}

  get edges(): readonly Edge<Node>[] {
    return this.nodes.map((node) => ({ cursor: this.cursorOf(node), node }));
  }

  get pageInfo(): Page<Node>['pageInfo'] {
    const { hasNextPage, hasPreviousPage } = this;
    const cursorOf = (node: Node | undefined) => (node === undefined ? null : this.cursorOf(node));
    return {
      hasNextPage,
      hasPreviousPage,
      startCursor: cursorOf(this.nodes[0]),
      endCursor: cursorOf(this.nodes.at(-1)),
    };
  }
}
