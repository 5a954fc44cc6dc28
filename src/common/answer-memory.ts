import { getHeapStatistics } from 'node:v8';
import { DomainError } from './domain-error.js';
import type { EndsWithRequest, RequestDeadline } from './request-deadline.js';

/** The share of the heap for all responses together. The rest is for the server itself and for garbage. */
const SHARE_OF_HEAP = 0.4;
/** The share of that memory which is reserved for small responses. */
const SHARE_FOR_SMALL = 1 / 6;
/** A response with at most this many objects is small. */
const SMALL_OBJECTS = 1_000;

/** Memory of one object of a response with short texts: its row, its place in the result and its JSON. */
const OBJECT_BYTES = 1_000;
/** The same without the JSON. */
const RESULT_BYTES = 600;
/** The size of a row that OBJECT_BYTES includes. */
const ROW_BYTES = 150;
/** Memory of a request without any object. */
const REQUEST_BYTES = 16_000;
/** Memory per byte of a row as a value: one non-Latin character doubles the size of a string. */
const VALUE_FACTOR = 2;
/** Memory per byte of a row as JSON. */
const JSON_FACTOR = 1;
/** For larger responses, the JSON is counted while it is written: aliases may repeat a text many times. */
const LARGE_BYTES = 100_000;
/** Minimum growth of a reservation, so that not every row causes an extension. */
const STEP_BYTES = 256_000;

/** `ratio` falls at most by this factor with each large response. */
const RATIO_DECAY = 0.95;
const MAX_RATIO = 8;

/** How long a response waits for memory that others use. */
const WAIT_MS = 10_000;
/** Waiting requests keep their bodies in memory, so their number is limited. */
const MAX_WAITING = 100;
const RETRY_AFTER_SECONDS = 5;

type AnswerSize = 'small' | 'large';

/**
 * The memory of all open responses together. A response reserves its memory before execution, in the order of
 * arrival, so responses cannot deadlock. If it needs more than it has reserved, it gets it at once or fails.
 */
export class AnswerMemory {
  /** A whole number, so that it is 0 again once everything has been released. */
  private usedBytes = 0;
  /** How many times their estimate large responses have needed recently. */
  private ratio = 1;
  private readonly waiting: Readonly<Record<AnswerSize, Set<Waiting>>> = {
    small: new Set(),
    large: new Set(),
  };

  /** @param totalBytes for all responses together */
  constructor(private readonly totalBytes = getHeapStatistics().heap_size_limit * SHARE_OF_HEAP) {}

  /**
   * @param objectCount the estimated number of objects in the response
   * @throws RESPONSE_TOO_LARGE if the server has too little memory for such a response; SERVER_OVERLOADED if there is no
   *   memory in time
   */
  async reserve(objectCount: number, deadline: RequestDeadline | undefined): Promise<MemoryReservation> {
    const estimate = REQUEST_BYTES + Math.ceil(objectCount) * OBJECT_BYTES;
    const size = objectCount <= SMALL_OBJECTS ? 'small' : 'large';
    if (estimate > this.largestBytes) throw tooLarge();
    const bytes = size === 'small' ? estimate : Math.min(Math.ceil(estimate * this.ratio), this.largestBytes);
    if (this.waiting[size].size > 0 || !this.tryTake(bytes, size)) await this.wait(bytes, size, deadline);
    const reservation = new MemoryReservation(this, size, bytes, objectCount);
    if (deadline?.isClosed === true) reservation.release();
    return reservation;
  }

  /** @throws RESPONSE_TOO_LARGE; SERVER_OVERLOADED */
  extend(reservedBytes: number, moreBytes: number, size: AnswerSize): void {
    if (reservedBytes + moreBytes > this.largestBytes) throw tooLarge();
    if (!this.tryTake(moreBytes, size)) throw overloaded();
  }

  /**
   * Responses with long texts need more than estimated. The next ones then reserve more, so that fewer fail
   * during execution.
   */
  learn(neededBytes: number, objectCount: number): void {
    const ratio = neededBytes / (REQUEST_BYTES + objectCount * OBJECT_BYTES);
    this.ratio = Math.min(MAX_RATIO, Math.max(ratio, 1, this.ratio * RATIO_DECAY));
  }

  release(bytes: number): void {
    this.usedBytes -= bytes;
    for (const size of ['small', 'large'] as const) this.admitWaiting(size);
  }

  private get largestBytes(): number {
    return Math.floor(this.totalBytes * (1 - SHARE_FOR_SMALL));
  }

  private tryTake(bytes: number, size: AnswerSize): boolean {
    const limit = size === 'small' ? this.totalBytes : this.largestBytes;
    if (this.usedBytes + bytes > limit) return false;
    this.usedBytes += bytes;
    return true;
  }

  private admitWaiting(size: AnswerSize): void {
    for (const waiting of this.waiting[size]) {
      if (!this.tryTake(waiting.bytes, size)) return;
      this.waiting[size].delete(waiting);
      waiting.admit();
    }
  }

  private wait(bytes: number, size: AnswerSize, deadline: RequestDeadline | undefined): Promise<void> {
    const queue = this.waiting[size];
    if (queue.size >= MAX_WAITING) throw overloaded();
    return new Promise((resolve, reject) => {
      const leave = (error: DomainError) => {
        deadline?.untrack(waiting);
        clearTimeout(timer);
        if (queue.delete(waiting)) this.admitWaiting(size);
        reject(error);
      };
      const waiting: Waiting = {
        bytes,
        admit: () => {
          deadline?.untrack(waiting);
          clearTimeout(timer);
          resolve();
        },
        abort: () => {
          leave(deadline?.error ?? overloaded());
        },
      };
      const timer = setTimeout(() => {
        leave(overloaded());
      }, WAIT_MS);
      queue.add(waiting);
      deadline?.track(waiting);
    });
  }
}

interface Waiting extends EndsWithRequest {
  readonly bytes: number;
  admit(): void;
}

/** The memory of one response, from before its execution until it has been sent. */
export class MemoryReservation {
  private failure: DomainError | null = null;
  private isReleased = false;
  private rowCount = 0;
  private neededBytes: number;
  private valueBytes = 0;
  private jsonBytes = 0;

  constructor(
    private readonly memory: AnswerMemory,
    private readonly size: AnswerSize,
    private bytes: number,
    private readonly objectCount: number,
  ) {
    this.neededBytes = REQUEST_BYTES + objectCount * OBJECT_BYTES;
  }

  /** The error with which the response fails; null: it has enough memory. */
  get error(): DomainError | null {
    return this.failure;
  }

  /** Whether the JSON is counted while it is written. */
  get isLarge(): boolean {
    return this.neededBytes > LARGE_BYTES;
  }

  /** Counts a row that was read. @throws RESPONSE_TOO_LARGE; SERVER_OVERLOADED */
  addRow(bytes: number): void {
    this.rowCount += 1;
    const textBytes = Math.max(0, bytes - ROW_BYTES);
    this.valueBytes += textBytes * VALUE_FACTOR;
    this.require(
      this.neededBytes +
        textBytes * (VALUE_FACTOR + JSON_FACTOR) +
        (this.rowCount > this.objectCount ? OBJECT_BYTES : 0),
    );
  }

  /**
   * Counts objects of the response that have no row of their own: none was read, or it was read for another
   * field.
   * @throws RESPONSE_TOO_LARGE; SERVER_OVERLOADED
   */
  addObjects(count: number): void {
    const countBefore = Math.max(this.rowCount, this.objectCount);
    this.rowCount += count;
    const addedCount = Math.max(0, this.rowCount - countBefore);
    this.require(this.neededBytes + addedCount * OBJECT_BYTES);
  }

  /** Counts a part of the JSON. @throws RESPONSE_TOO_LARGE; SERVER_OVERLOADED */
  addJson(bytes: number): void {
    this.jsonBytes += bytes;
    const objectCount = Math.max(this.objectCount, this.rowCount);
    this.require(REQUEST_BYTES + objectCount * RESULT_BYTES + this.valueBytes + this.jsonBytes);
  }

  /** Keeps the memory of the JSON, and releases the memory that only the execution needed. */
  keepJson(): void {
    if (this.isReleased) return;
    const kept = Math.min(this.bytes, REQUEST_BYTES + this.jsonBytes);
    this.memory.release(this.bytes - kept);
    this.bytes = kept;
  }

  release(): void {
    if (this.isReleased) return;
    this.isReleased = true;
    const isTypical = this.size === 'large' && this.failure?.code !== 'RESPONSE_TOO_LARGE';
    if (isTypical) this.memory.learn(this.neededBytes, this.objectCount);
    this.memory.release(this.bytes);
  }

  private require(bytes: number): void {
    if (this.failure !== null) throw this.failure;
    this.neededBytes = Math.max(this.neededBytes, bytes);
    if (this.neededBytes <= this.bytes || this.isReleased) return;
    const more = Math.max(this.neededBytes - this.bytes, STEP_BYTES);
    try {
      this.memory.extend(this.bytes, more, this.size);
    } catch (error) {
      this.failure = error as DomainError;
      throw error;
    }
    this.bytes += more;
  }
}

const tooLarge = () =>
  new DomainError(
    'RESPONSE_TOO_LARGE',
    'The response needs more memory than this server has for one response: request smaller pages or fewer fields.',
  );

const overloaded = () =>
  new DomainError(
    'SERVER_OVERLOADED',
    'Other responses use the memory that this one needs. Nothing was changed; try again later.',
    { details: { retryAfterSeconds: RETRY_AFTER_SECONDS } },
  );
