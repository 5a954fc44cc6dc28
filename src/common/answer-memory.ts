import { getHeapStatistics } from 'node:v8';
import { DomainError } from './domain-error.js';
import type { EndsWithRequest, RequestDeadline } from './request-deadline.js';

/** The share of the heap that answers may take together. The rest is for the server itself and for garbage. */
const SHARE_OF_HEAP = 0.4;
/** The share of that which large answers leave to small ones. */
const SHARE_FOR_SMALL = 1 / 6;
/** An answer of at most so many objects is small. */
const SMALL_OBJECTS = 1_000;

/** One object of an answer with short texts: its row, its place in the result and its JSON. */
const OBJECT_BYTES = 1_000;
/** The same without its JSON. */
const RESULT_BYTES = 600;
/** Bytes of a row that OBJECT_BYTES includes. */
const ROW_BYTES = 150;
/** A request without any object. */
const REQUEST_BYTES = 16_000;
/** What each byte of a row takes as a value: one character that is not Latin makes a string twice as long. */
const VALUE_FACTOR = 2;
/** What each byte of a row takes as JSON. */
const JSON_FACTOR = 1;
/** From so many bytes on, the JSON is accounted for as it is written: aliases may repeat a text many times. */
const LARGE_BYTES = 100_000;
/** Reservations grow by at least so much, so that rows need not ask one by one. */
const STEP_BYTES = 256_000;

/** How quickly it is forgotten that answers needed more than estimated, with each large one. */
const RATIO_DECAY = 0.95;
const MAX_RATIO = 8;

/** How long an answer waits for memory that others have. */
const WAIT_MS = 10_000;
/** Requests wait with their bodies, so only so many may wait. */
const MAX_WAITING = 100;
const RETRY_AFTER_SECONDS = 5;

type AnswerSize = 'small' | 'large';

/**
 * The memory that answers under way take together. An answer reserves its memory before it is executed, in the order
 * of arrival, so no two answers can wait for each other. What it needs beyond its reservation it gets at once or fails.
 */
export class AnswerMemory {
  private usedBytes = 0;
  /** How many times their estimate answers have needed of late. */
  private ratio = 1;
  private readonly waiting: Readonly<Record<AnswerSize, Set<Waiting>>> = {
    small: new Set(),
    large: new Set(),
  };

  /** @param totalBytes of all answers together */
  constructor(private readonly totalBytes = getHeapStatistics().heap_size_limit * SHARE_OF_HEAP) {}

  /**
   * @param objectCount an estimate of the objects of the answer
   * @throws RESPONSE_TOO_LARGE if no such answer fits; SERVER_OVERLOADED if there is no room in time
   */
  async reserve(objectCount: number, deadline: RequestDeadline | undefined): Promise<MemoryReservation> {
    const estimate = REQUEST_BYTES + objectCount * OBJECT_BYTES;
    const size = objectCount <= SMALL_OBJECTS ? 'small' : 'large';
    if (estimate > this.largestBytes) throw tooLarge();
    const bytes = size === 'small' ? estimate : Math.min(estimate * this.ratio, this.largestBytes);
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

  /** Long texts make answers larger than estimated: the next ones reserve more, so that fewer fail half-way. */
  learn(neededBytes: number, objectCount: number): void {
    const ratio = neededBytes / (REQUEST_BYTES + objectCount * OBJECT_BYTES);
    this.ratio = Math.min(MAX_RATIO, Math.max(ratio, 1, this.ratio * RATIO_DECAY));
  }

  giveBack(bytes: number): void {
    this.usedBytes -= bytes;
    for (const size of ['small', 'large'] as const) this.admitWaiting(size);
  }

  private get largestBytes(): number {
    return this.totalBytes * (1 - SHARE_FOR_SMALL);
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

/** The memory of one answer, from before it is executed until it has been sent. */
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

  /** Why the answer cannot be given; null: it can. */
  get error(): DomainError | null {
    return this.failure;
  }

  /** Whether its JSON is accounted for as it is written. */
  get isLarge(): boolean {
    return this.neededBytes > LARGE_BYTES;
  }

  /** Accounts for a row that was read. @throws RESPONSE_TOO_LARGE; SERVER_OVERLOADED */
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
   * Accounts for objects of the answer for which no row was read, or whose row was read for another field.
   * @throws RESPONSE_TOO_LARGE; SERVER_OVERLOADED
   */
  addObjects(count: number): void {
    const countBefore = Math.max(this.rowCount, this.objectCount);
    this.rowCount += count;
    const addedCount = Math.max(0, this.rowCount - countBefore);
    this.require(this.neededBytes + addedCount * OBJECT_BYTES);
  }

  /** Accounts for a part of the JSON. @throws RESPONSE_TOO_LARGE; SERVER_OVERLOADED */
  addJson(bytes: number): void {
    this.jsonBytes += bytes;
    const objectCount = Math.max(this.objectCount, this.rowCount);
    this.require(REQUEST_BYTES + objectCount * RESULT_BYTES + this.valueBytes + this.jsonBytes);
  }

  /** Keeps what the JSON takes, and gives back what only the making of the answer took. */
  keepJson(): void {
    if (this.isReleased) return;
    const kept = Math.min(this.bytes, REQUEST_BYTES + this.jsonBytes);
    this.memory.giveBack(this.bytes - kept);
    this.bytes = kept;
  }

  release(): void {
    if (this.isReleased) return;
    this.isReleased = true;
    const isTypical = this.size === 'large' && this.failure?.code !== 'RESPONSE_TOO_LARGE';
    if (isTypical) this.memory.learn(this.neededBytes, this.objectCount);
    this.memory.giveBack(this.bytes);
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
    'The answer needs more memory than this server has for one: ask for smaller pages or fewer fields.',
  );

const overloaded = () =>
  new DomainError(
    'SERVER_OVERLOADED',
    'Other answers take the memory that this one needs, and nothing was done: try again later.',
    { details: { retryAfterSeconds: RETRY_AFTER_SECONDS } },
  );
