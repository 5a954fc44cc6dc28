import { InvalidInputError } from '../common/domain-error.js';
import type { RescoreRun } from './rescore-run.js';
import type { RescoreRunConnection } from './dto/rescore-run-connection.type.js';

const MAX_PAGE = 100;
const PREFIX = 'rescore-run:';

const toCursor = (id: number): string => Buffer.from(`${PREFIX}${id}`).toString('base64url');

/** @returns the id of the run that a cursor points at @throws BAD_USER_INPUT */
function idOf(cursor: string): number {
  const text = Buffer.from(cursor, 'base64url').toString();
  const id = text.startsWith(PREFIX) ? Number(text.slice(PREFIX.length)) : NaN;
  if (!Number.isInteger(id) || toCursor(id) !== cursor) {
    throw new InvalidInputError('after must be a cursor of rescoreRuns.');
  }
  return id;
}

/** A page of runs as Relay's cursor connections have it, from a reader of runs before an id. */
export async function rescoreRunPage(
  first: number,
  after: string | null,
  read: (beforeId: number | null, limit: number) => Promise<RescoreRun[]>,
): Promise<RescoreRunConnection> {
  if (first < 1 || first > MAX_PAGE) {
    throw new InvalidInputError(`first must be a whole number from 1 to ${MAX_PAGE}.`);
  }
  const runs = await read(after === null ? null : idOf(after), first + 1);
  const nodes = runs.slice(0, first);
  const edges = nodes.map((node) => ({ cursor: toCursor(node.id), node }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: runs.length > first,
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
