import { AppEvent } from './app-event.js';
import { DomainError } from './domain-error.js';

/** A request exceeded its timeout. */
export const requestTimedOut = new AppEvent<Record<never, never>>('request-timed-out');

/** Work that is aborted when its request ends, such as a database statement. */
export interface EndsWithRequest {
  abort(): void;
}

/**
 * Aborts the work for a request at the first of: its timeout, the disconnect of its client, the shutdown of the
 * server. Most of the time no work is tracked, so a request costs one timer.
 */
export class RequestDeadline {
  /** Set by mutations, which are completed even if the client disconnects. */
  continuesAfterDisconnect = false;
  private closed = false;
  private reason: DomainError | null = null;
  private timer: NodeJS.Timeout;
  private dueAt: number;
  private readonly tracked = new Set<EndsWithRequest>();

  /** @param onDone called when the response was sent and no work is left; it may be called again */
  constructor(
    private readonly timeoutMs: number,
    private readonly onDone: () => void,
  ) {
    this.dueAt = performance.now() + timeoutMs;
    this.timer = this.start(timeoutMs);
  }

  get isOver(): boolean {
    return this.reason !== null;
  }

  /** Whether the response was sent, or the client has disconnected. */
  get isClosed(): boolean {
    return this.closed;
  }

  /** @throws REQUEST_TIMED_OUT; SERVICE_UNAVAILABLE if the server stops */
  throwIfOver(): void {
    if (this.reason !== null) throw this.reason;
  }

  /** The error with which the request was aborted; undefined: it was not. */
  get error(): DomainError | undefined {
    return this.reason ?? undefined;
  }

  /**
   * Extends the deadline for a step that takes up to `ms`: it is then `ms` plus the ordinary timeout from
   * now, or later.
   */
  extend(ms: number): void {
    const dueAt = performance.now() + ms + this.timeoutMs;
    if (this.isOver || dueAt <= this.dueAt) return;
    clearTimeout(this.timer);
    this.dueAt = dueAt;
    this.timer = this.start(ms + this.timeoutMs);
  }

  track(work: EndsWithRequest): void {
    this.tracked.add(work);
  }

  untrack(work: EndsWithRequest): void {
    this.tracked.delete(work);
    if (this.closed) this.finishIfDone();
  }

  /** Waits for work that other requests share, and stops waiting when this request ends. */
  race<Result>(work: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const waiting: EndsWithRequest = {
        abort: () => {
          reject(this.reason ?? new Error('The request has ended.'));
        },
      };
      if (this.isOver) waiting.abort();
      else this.track(waiting);
      const stopTracking = () => {
        this.untrack(waiting);
      };
      work.finally(stopTracking).then(resolve, reject);
    });
  }

  /** The response was sent, or the client has disconnected. */
  close(isDisconnected: boolean): void {
    if (isDisconnected && !this.continuesAfterDisconnect) {
      this.end(new DomainError('REQUEST_TIMED_OUT', 'The client has disconnected.'));
    }
    // A mutation that continues after a disconnect keeps its timeout, and counts as open, until no work is tracked.
    if (!(isDisconnected && this.continuesAfterDisconnect)) clearTimeout(this.timer);
    this.closed = true;
    this.finishIfDone();
  }

  end(reason: DomainError): void {
    if (this.reason !== null) return;
    this.reason = reason;
    clearTimeout(this.timer);
    for (const work of this.tracked) work.abort();
  }

  private finishIfDone(): void {
    if (this.tracked.size > 0) return;
    clearTimeout(this.timer);
    this.onDone();
  }

  private start(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      const message =
        'The request exceeded the time limit and was cancelled. Request less data, or try again.';
      if (!this.isOver) requestTimedOut.publish({});
      this.end(new DomainError('REQUEST_TIMED_OUT', message));
    }, ms).unref();
  }
}

/** The requests of one application that are in progress. */
export class OpenRequests {
  private readonly deadlines = new Set<RequestDeadline>();

  /** @param timeoutMs of an ordinary request */
  constructor(private readonly timeoutMs: number) {}

  /** Number of requests with work, including those whose client has disconnected. */
  get count(): number {
    return this.deadlines.size;
  }

  /** Starts the deadline of a request. */
  begin(timeoutMs = this.timeoutMs): RequestDeadline {
    const deadline = new RequestDeadline(timeoutMs, () => this.deadlines.delete(deadline));
    this.deadlines.add(deadline);
    return deadline;
  }

  /** Aborts all work for requests with SERVICE_UNAVAILABLE. @param message for clients */
  endAll(message: string): void {
    for (const deadline of this.deadlines) deadline.end(new DomainError('SERVICE_UNAVAILABLE', message));
  }
}
