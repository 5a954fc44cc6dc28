import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

const current = new AsyncLocalStorage<string>();

/** What somebody may call a request: nothing that could pass for more than a word in a log. */
const ID = /^[\w.:-]{1,64}$/;

/** The id that a request brings along, or a new one where it brings none that will do. */
export const requestIdOf = (given: unknown): string =>
  typeof given === 'string' && ID.test(given) ? given : randomUUID();

/** Does work for a request, whose id is at hand until all that comes of it is done. */
export const withRequestId = <Result>(id: string, work: () => Result): Result => current.run(id, work);

/** The id of the request that is being worked for; undefined: none is. */
export const requestId = (): string | undefined => current.getStore();
