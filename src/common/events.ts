import { channel, type Channel } from 'node:diagnostics_channel';
import type { Operation } from './operation.js';

/** An event inside the process. Features publish it; logging, metrics and tracing subscribe to it. */
class AppEvent<Payload extends object> {
  private readonly channel: Channel;

  /** @param name of the channel, for `node:diagnostics_channel` */
  constructor(name: string) {
    this.channel = channel(`lead-scoring:${name}`);
  }

  publish(payload: Payload): void {
    this.channel.publish(payload);
  }

  /** @returns a function that ends the subscription */
  subscribe(listener: (payload: Payload) => void): () => void {
    const onMessage = (payload: unknown) => {
      listener(payload as Payload);
    };
    this.channel.subscribe(onMessage);
    return () => {
      this.channel.unsubscribe(onMessage);
    };
  }
}

/** An HTTP request was answered, or its client disconnected. `route` is the registered route, without the query. */
export const requestEnded = new AppEvent<{
  readonly method: string;
  readonly route: string;
  readonly status: number;
  /** `OK`, or the code of the first error; undefined: the response has no codes, such as an HTML page. */
  readonly outcome: string | undefined;
  readonly durationMs: number;
}>('request');

/** A request or a WebSocket had no credentials, or invalid ones. */
export const authenticationFailed = new AppEvent<{
  readonly reason: 'missing' | 'invalid';
  readonly transport: 'http' | 'websocket';
}>('authentication-failed');

/** A caller exceeded a rate limit. */
export const rateLimited = new AppEvent<{ readonly group: 'requests' | 'mutations' | 'auth_failures' }>(
  'rate-limited',
);

/**
 * The reason why the server closed a connection:
 * - `idle`: the client sent no request in time;
 * - `unread`: the client did not read the responses;
 * - `pipelined`: the client sent too many requests at once;
 * - `full`: there were too many connections;
 * - `unfinished`: incomplete requests took too much memory.
 */
export type CloseReason = 'idle' | 'unread' | 'pipelined' | 'full' | 'unfinished';

/** The server closed a connection that its client had left open. */
export const connectionClosed = new AppEvent<{ readonly reason: CloseReason }>('connection-closed');

/** The database rejected a write because it is read-only or its disk is full. */
export const writeRejected = new AppEvent<Record<never, never>>('write-rejected');

/** A request exceeded its timeout. */
export const requestTimedOut = new AppEvent<Record<never, never>>('request-timed-out');

/** A promise was rejected without a handler. */
export const rejectionUnhandled = new AppEvent<Record<never, never>>('rejection-unhandled');

/** A GraphQL operation ended. A subscription ends after its last event. */
export const operationEnded = new AppEvent<
  Operation & { readonly durationMs: number; readonly transport: 'http' | 'websocket' }
>('operation');

/** An authenticated WebSocket connection was opened or closed. */
export const websocketChanged = new AppEvent<{ readonly change: 'opened' | 'closed' }>('websocket');

export const recalculationStarted = new AppEvent<{
  readonly recalculationId: number;
  readonly trigger: string;
  readonly totalCount: number;
}>('recalculation-started');

export const recalculationEnded = new AppEvent<{
  readonly recalculationId: number;
  readonly outcome: 'succeeded' | 'failed' | 'cancelled';
  readonly durationMs: number;
  /** Leads whose score was saved; 0 if the recalculation was rolled back. */
  readonly savedCount: number;
  readonly failedCount: number;
}>('recalculation-ended');

/** The refresher recalculated scores that time may have changed. */
export const scoresRefreshed = new AppEvent<{
  readonly savedCount: number;
  /** Leads that the database rejected. */
  readonly failedCount: number;
  readonly durationMs: number;
}>('scores-refreshed');

/** The summary provider was called. Each attempt of a call is an event of its own. */
export const providerRequested = new AppEvent<{
  readonly provider: string;
  /** `OK`, or the code of the error. */
  readonly outcome: string;
  /** The HTTP status, or the code in the body of the response; null: there was no response. */
  readonly status: number | null;
  readonly durationMs: number;
}>('provider');

/** The usage that the provider reported for a response. */
export const providerUsageReported = new AppEvent<{
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  /** In US dollars. */
  readonly costUsd: number | null;
}>('provider-usage');

/** A list without pages is close to its limit, or above it. Above the limit it is an error. */
export const listNearLimit = new AppEvent<{
  readonly list: 'leads' | 'interactions';
  /** At most one above the limit, since counting stops there. */
  readonly count: number;
  readonly limit: number;
}>('list-near-limit');

/** A summary batch was queued, or has ended. */
export const batchChanged = new AppEvent<{ readonly batchId: number; readonly status: string }>('batch');

/** A job of the queue ended. */
export const jobEnded = new AppEvent<{
  readonly leadId: number;
  readonly batchId: number | null;
  readonly durationMs: number;
  /** Undefined: the job succeeded. */
  readonly error?: unknown;
}>('job');
