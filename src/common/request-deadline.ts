import { DomainError } from './domain-error.js';
import { requestTimedOut } from './events.js';

/** What ends with the request that it is done for, such as a statement. */
export interface EndsWithRequest {
  abort(): void;
}

/**
 * How long work for a request goes on: until its time is up, its caller has gone or the server stops, whichever
 * comes first. It holds what is to be ended then, which is nothing most of the time: a request costs one timer.
 */
export class RequestDeadline {
  /** Set by a mutation: it is done to its end though nobody waits for it. */
  continuesAfterDisconnect = false;
  private isAnswered = false;
  private reason: DomainError | null = null;
  private timer: NodeJS.Timeout;
  private dueAt: number;
  private readonly held = new Set<EndsWithRequest>();

  /** @param timeoutMs of an ordinary request */
  constructor(private readonly timeoutMs: number) {
    this.dueAt = performance.now() + timeoutMs;
    this.timer = this.start(timeoutMs);
    OPEN.add(this);
  }

  get isOver(): boolean {
    return this.reason !== null;
  }

  /** Whether the answer is out, or its caller gone. */
  get isClosed(): boolean {
    return this.isAnswered;
  }

  /** @throws REQUEST_TIMED_OUT; SERVICE_UNAVAILABLE where the server stops */
  throwIfOver(): void {
    if (this.reason !== null) throw this.reason;
  }

  /** Why it is over; undefined: it is not. */
  get error(): DomainError | undefined {
    return this.reason ?? undefined;
  }

  /** Gives the request as much time more as what comes next may take by itself. */
  extend(ms: number): void {
    const dueAt = performance.now() + ms + this.timeoutMs;
    if (this.isOver || dueAt <= this.dueAt) return;
    clearTimeout(this.timer);
    this.dueAt = dueAt;
    this.timer = this.start(ms + this.timeoutMs);
  }

  track(work: EndsWithRequest): void {
    this.held.add(work);
  }

  untrack(work: EndsWithRequest): void {
    this.held.delete(work);
    if (this.isAnswered) this.forgetWhereDone();
  }

  /** Waits for work that others wait for as well, and stops waiting when the request ends. */
  race<Result>(work: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const waiting: EndsWithRequest = {
        abort: () => {
          reject(this.reason ?? new Error('The request has ended.'));
        },
      };
      if (this.isOver) waiting.abort();
      else this.track(waiting);
      const letGo = () => {
        this.untrack(waiting);
      };
      work.finally(letGo).then(resolve, reject);
    });
  }

  /** The answer is out, or its caller gone. */
  close(hasCallerGone: boolean): void {
    if (hasCallerGone && !this.continuesAfterDisconnect) {
      this.end(new DomainError('REQUEST_TIMED_OUT', 'The caller has gone.'));
    }
    // A mutation that outlives its caller does not outlive its time; it is over once nothing is held for it.
    if (!(hasCallerGone && this.continuesAfterDisconnect)) clearTimeout(this.timer);
    this.isAnswered = true;
    this.forgetWhereDone();
  }

  end(reason: DomainError): void {
    if (this.reason !== null) return;
    this.reason = reason;
    clearTimeout(this.timer);
    for (const work of this.held) work.abort();
  }

  private forgetWhereDone(): void {
    if (this.held.size > 0) return;
    OPEN.delete(this);
  }

  private start(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      const message =
        'The request took longer than the server allows, and was ended. Ask for less at once, or try again.';
      if (!this.isOver) requestTimedOut.publish({});
      this.end(new DomainError('REQUEST_TIMED_OUT', message));
    }, ms).unref();
  }
}

const OPEN = new Set<RequestDeadline>();

/** Whether anything is done for requests. */
export const hasOpenRequests = (): boolean => OPEN.size > 0;

/** Requests that something is done for, those whose caller has gone included. */
export const openRequestCount = (): number => OPEN.size;

/** Ends all that is done for requests, with SERVICE_UNAVAILABLE. @param message for clients */
export function endAllRequests(message: string): void {
  for (const deadline of OPEN) {
    deadline.end(new DomainError('SERVICE_UNAVAILABLE', message));
  }
}
