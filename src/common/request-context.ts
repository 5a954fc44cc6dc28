import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { MemoryReservation } from './answer-memory.js';
import type { Caller } from './caller.js';
import type { Operation } from './operation.js';
import type { RequestDeadline } from './request-deadline.js';
import { outsideTraces } from './spans.js';

/** What is known of a request while anything is done for it. */
export interface RequestContext {
  /** With every error and in every line of the log that is about the request. */
  readonly id: string;
  /** Of the client, as `addressGroup` returns it; undefined: the work belongs to no request of a client. */
  readonly address?: string;
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
  /** The memory of its answer; undefined: nothing is reserved for it. */
  memory?: MemoryReservation;
  /** Its answer as JSON, if that has been written ahead of sending it. */
  answer?: { readonly buffers: readonly Buffer[]; readonly bytes: number } | undefined;
  /** The code that it was refused with before GraphQL had it; undefined: it was not. */
  refusal?: string;
}

/** `OK`, or the code of the first error of its answer; undefined: its answer has none. */
export const outcomeOfRequest = ({ operation, refusal }: RequestContext): string | undefined =>
  refusal ?? operation?.outcome;

const current = new AsyncLocalStorage<RequestContext>();

/** What somebody may call a request: nothing that could pass for more than a word in a log. */
const ID = /^[\w.:-]{1,64}$/;

/** The id that a request brings along, or a new one where it brings none that will do. */
export const requestIdOf = (given: unknown): string =>
  typeof given === 'string' && ID.test(given) ? given : randomUUID();

/** Does work for a request, which is at hand until all that comes of it is done. */
export const withRequest = <Result>(request: RequestContext, work: () => Result): Result =>
  current.run(request, work);

/** Does work that must not end with the request that caused it, and is no part of its trace. */
export const outsideRequests = <Result>(work: () => Result): Result =>
  current.exit(() => outsideTraces(work));

/** The request that is being worked for; undefined: none is. */
export const currentRequest = (): RequestContext | undefined => current.getStore();
