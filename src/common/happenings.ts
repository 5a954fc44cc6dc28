import { channel, type Channel } from 'node:diagnostics_channel';
import type { Operation } from './operation.js';

/**
 * Something that happens, told to whoever wants to know: the log and the metrics. Whoever tells it knows neither of them, and
 * pays nothing where nobody listens.
 */
class Happening<Told extends object> {
  private readonly channel: Channel;

  /** @param name of the channel, for `node:diagnostics_channel` */
  constructor(name: string) {
    this.channel = channel(`lead-scoring:${name}`);
  }

  tell(told: Told): void {
    this.channel.publish(told);
  }

  /** @returns what ends it */
  listen(listener: (told: Told) => void): () => void {
    const onMessage = (told: unknown) => {
      listener(told as Told);
    };
    this.channel.subscribe(onMessage);
    return () => {
      this.channel.unsubscribe(onMessage);
    };
  }
}

/** A request over HTTP is answered, or its caller has gone. The route is as the server knows it. */
export const requestEnded = new Happening<{
  readonly method: string;
  readonly route: string;
  readonly status: number;
  /** `OK`, or the code of the first error; undefined: the answer has no codes, such as that of a page. */
  readonly outcome: string | undefined;
  readonly durationMs: number;
}>('request');

/** A request, or a socket, that did not say who calls or could not prove it. */
export const authenticationRefused = new Happening<{
  readonly reason: 'missing' | 'invalid';
  readonly transport: 'http' | 'websocket';
}>('authentication-refused');

/** A caller was held to what it may ask for in a minute: requests, mutations, or proofs of who it is that fail. */
export const rateLimited = new Happening<{ readonly group: 'requests' | 'mutations' | 'refusals' }>(
  'rate-limited',
);

/**
 * Why the server closed a connection: its client sent no request in time (idle), did not read what was sent to it (unread), or
 * sent too many requests at once (pipelined); there were too many connections (full); or too much had been sent of requests that
 * were not complete (unfinished).
 */
export type CloseReason = 'idle' | 'unread' | 'pipelined' | 'full' | 'unfinished';

/** The server closed a connection that its client would have kept open. */
export const connectionClosed = new Happening<{ readonly reason: CloseReason }>('connection-closed');

/** The database answered, and rejected a write: it is read-only, or its disk is full. */
export const writeRejected = new Happening<Record<never, never>>('write-rejected');

/** A request took longer than it may. */
export const requestTimedOut = new Happening<Record<never, never>>('request-timed-out');

/** A promise failed that nobody waited for. */
export const rejectionUnhandled = new Happening<Record<never, never>>('rejection-unhandled');

/** Over HTTP or a WebSocket; a subscription has ended when it has given its last answer. Times are in milliseconds. */
export const operationEnded = new Happening<
  Operation & { readonly durationMs: number; readonly transport: 'http' | 'websocket' }
>('operation');

/** `opened` and `closed` are told for every WebSocket connection that has been let in. */
export const socketChanged = new Happening<{ readonly change: 'opened' | 'closed' }>('socket');

export const recalculationBegun = new Happening<{
  readonly runId: number;
  readonly startedBy: string;
  readonly totalCount: number;
}>('recalculation-begun');

export const recalculationEnded = new Happening<{
  readonly runId: number;
  readonly outcome: 'succeeded' | 'failed' | 'cancelled';
  readonly durationMs: number;
  /** Leads whose score was written; 0 where it was rolled back. */
  readonly doneCount: number;
  readonly failedCount: number;
}>('recalculation-ended');

/** Scores that time may have changed were calculated again. */
export const scoresRefreshed = new Happening<{
  readonly savedCount: number;
  /** Leads that the database rejected. */
  readonly failedCount: number;
  readonly durationMs: number;
}>('scores-refreshed');

/** A request to the provider of summaries, each attempt of a call for itself. */
export const providerAsked = new Happening<{
  readonly provider: string;
  /** `OK`, or the code of the error. */
  readonly outcome: string;
  /** The HTTP status, or the code inside the answer, where there was one. */
  readonly status: number | null;
  readonly durationMs: number;
}>('provider');

/** What the provider counted for an answer, where it says so. */
export const providerCounted = new Happening<{
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  /** In US dollars. */
  readonly costUsd: number | null;
}>('provider-usage');

/** A list that is answered in one piece is close to the limit beyond which it is an error, or above it. */
export const listNearLimit = new Happening<{
  readonly list: 'leads' | 'interactions';
  /** Above the limit by one at most: nobody counts further. */
  readonly count: number;
  readonly limit: number;
}>('list-near-limit');

/** A batch of summaries is queued, or has come to its end. */
export const batchChanged = new Happening<{ readonly batchId: number; readonly status: string }>('batch');

/** A job of the queue has ended. */
export const jobEnded = new Happening<{
  readonly leadId: number;
  readonly batchId: number | null;
  readonly durationMs: number;
  /** Undefined: it went well. */
  readonly error?: unknown;
}>('job');
