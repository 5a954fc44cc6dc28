import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { MemoryReservation } from './answer-memory.js';
import type { Caller } from './caller.js';
import type { RequestDeadline } from './request-deadline.js';
import { outsideTraces } from './spans.js';

/** A GraphQL operation in logs, metrics and traces. Never contains its document or its variables. */
export interface Operation {
  /** The name from the document, cut to 64 characters; null: it has no name, or the document is invalid. */
  readonly name: string | null;
  readonly type: 'query' | 'mutation' | 'subscription' | null;
  /** `OK`, or the code of the first error. */
  readonly outcome: string;
}

/**
 * The context of a request, available during all work for it. Most of it becomes known during the request. Each
 * of these properties has one owner, which sets it with `setInContext`.
 */
export interface RequestContext {
  /** Included in every error and every log line of the request. */
  readonly id: string;
  /**
   * Address of the client, as `addressGroup` returns it; undefined: the work does not belong to a request of
   * a client.
   */
  readonly address?: string;
  /** The deadline of all work for the request; undefined: the work limits its own time. */
  readonly deadline?: RequestDeadline | undefined;
  /**
   * Undefined: the request is not authenticated, or not yet. Owner: `RequestAccessControl`. Operations over
   * WebSocket begin with the caller of their socket (`SocketOperations`).
   */
  readonly caller?: Caller | undefined;
  /**
   * Whether a federation router has authenticated itself and forwards this request. Owner:
   * `RequestAccessControl`.
   */
  readonly isFromRouter?: boolean;
  /** The GraphQL operation of an HTTP request, once it is known. Owner: `operationWatchPlugin`. */
  readonly operation?: Operation;
  /**
   * Set if the request may be read from a replica. Otherwise, the primary is used. Owner: `ReadRoutesPlugin`.
   */
  readonly reads?: 'replica';
  /** The reserved memory of the response; undefined: nothing is reserved. Owner: `AnswerAdmission`. */
  readonly memory?: MemoryReservation;
  /** The response as JSON, if it was written before it is sent. Owner: `answerWriterPlugin`. */
  readonly answer?: { readonly buffers: readonly Buffer[]; readonly bytes: number } | undefined;
  /**
   * The error code of a request that was rejected before GraphQL processed it; undefined: it was not. Owner:
   * `sendError`.
   */
  readonly rejectionCode?: string;
}

/** Sets properties of a context. Only their owner may call it. */
export function setInContext(
  context: RequestContext,
  values: Partial<Omit<RequestContext, 'id' | 'address' | 'deadline'>>,
): void {
  Object.assign(context, values);
}

/** `OK`, or the code of the first error of the response; undefined: the response has none. */
export const outcomeOfRequest = ({ operation, rejectionCode }: RequestContext): string | undefined =>
  rejectionCode ?? operation?.outcome;

const current = new AsyncLocalStorage<RequestContext>();

/** Valid ids of requests. Clients may choose them, so an id must not be able to forge a log line. */
const ID = /^[\w.:-]{1,64}$/;

/** The id that the client sent if it is valid; otherwise, a new one. */
export const requestIdOf = (given: unknown): string =>
  typeof given === 'string' && ID.test(given) ? given : randomUUID();

/**
 * Runs work in the context of a request. The context also applies to all asynchronous work that it starts.
 */
export const withRequest = <Result>(request: RequestContext, work: () => Result): Result =>
  current.run(request, work);

/**
 * Runs work that must not be aborted with the request that triggered it, and that is not part of its trace.
 */
export const outsideRequests = <Result>(work: () => Result): Result =>
  current.exit(() => outsideTraces(work));

/** The context of the current request; undefined: there is none. */
export const currentRequest = (): RequestContext | undefined => current.getStore();
