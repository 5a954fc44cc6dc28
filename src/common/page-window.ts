import { InvalidInputError } from './domain-error.js';

export const DEFAULT_PAGE_SIZE = 20;
export const MAX_PAGE_SIZE = 100;

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
 * The page out of what was read.
 * @param rows up to one more than the size of the window, in the direction in which it is read
 */
export function pageOf<Node, Position>(
  rows: readonly Node[],
  { size, isBackward, after, before }: PageWindow<Position>,
  cursorOf: (node: Node) => string,
): Page<Node> {
  const read = rows.slice(0, size);
  const isMore = rows.length > size;
  // Where a cursor was given on the other side, it stood for something that is there.
  return new ReadPage(
    isBackward ? read.reverse() : read,
    isBackward ? before !== null : isMore,
    isBackward ? isMore : after !== null,
    cursorOf,
  );
}

/** Edges and cursors are made where they are asked for: most ask for nodes, and a list of lists has hundreds. */
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
