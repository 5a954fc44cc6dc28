import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { Caller } from './caller.js';
import type { RequestDeadline } from './request-deadline.js';

/** What is known of a request while anything is done for it. */
export interface RequestContext {
  /** With every error and in every line of the log that is about the request. */
  readonly id: string;
  /** When what is done for it ends at the latest; undefined: it ends itself. */
  readonly deadline?: RequestDeadline | undefined;
  /** Undefined: nobody has said who calls, or not yet. */
  caller?: Caller | undefined;
  /** Whether a federation router has proved that it passes this on. */
  isFromRouter?: boolean;
  /** The GraphQL operation that it turned out to be, once that is known. */
  operation?: Operation;
  /** Where it may be read from, once that is known; else from the primary. */
  reads?: 'replica';
}

/** A GraphQL operation as those who run the server get to see it: never its document or its variables. */
export interface Operation {
  /** As its client calls it, cut to 64 characters; null: it has no name, or there was nothing to be made of the document. */
  readonly name: string | null;
  readonly type: 'query' | 'mutation' | 'subscription' | null;
  /** `OK`, or the code of its first error. */
  readonly outcome: string;
}

const current = new AsyncLocalStorage<RequestContext>();

/** What somebody may call a request: nothing that could pass for more than a word in a log. */
const ID = /^[\w.:-]{1,64}$/;

/** The id that a request brings along, or a new one where it brings none that will do. */
export const requestIdOf = (given: unknown): string =>
  typeof given === 'string' && ID.test(given) ? given : randomUUID();

/** Does work for a request, which is at hand until all that comes of it is done. */
export const withRequest = <Result>(request: RequestContext, work: () => Result): Result =>
  current.run(request, work);

/** The request that is being worked for; undefined: none is. */
export const currentRequest = (): RequestContext | undefined => current.getStore();
