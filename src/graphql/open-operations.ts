import { getHeapStatistics } from 'node:v8';
import { DomainError } from '../common/domain-error.js';
import type { SocketLimits } from '../config/limit-settings.js';
import { UseLimit } from './use-limit.js';

/** The share of the heap that all open operations may use, without their responses. */
const SHARE_OF_HEAP = 0.1;
/** The share of that memory which one caller may use. */
const SHARE_OF_CALLER = 0.5;

/** An operation over WebSocket that has not ended. */
export interface OpenOperation {
  /**
   * Counts more memory.
   * @throws DomainError TOO_MANY_OPERATIONS; the operation stays open
   */
  readonly grow: (bytes: number) => void;
  readonly end: () => void;
}

/**
 * Limits the open operations over WebSocket on this server, and the memory of their messages and documents. A
 * subscription is open until it completes, a query or a mutation until it has a result.
 */
export class OpenOperations {
  private readonly ofSockets: UseLimit<object>;
  private readonly ofCallers: UseLimit<string>;
  private readonly bytesOfAll: UseLimit<'all'>;
  private readonly bytesOfCallers: UseLimit<string>;

  /** @param maxBytes memory of all open operations; by default, 10 % of the heap limit of Node.js */
  constructor(
    { maxOperations, maxOperationsPerCaller }: SocketLimits,
    maxBytes = getHeapStatistics().heap_size_limit * SHARE_OF_HEAP,
  ) {
    this.ofSockets = new UseLimit(maxOperations);
    this.ofCallers = new UseLimit(maxOperationsPerCaller);
    this.bytesOfAll = new UseLimit(maxBytes);
    this.bytesOfCallers = new UseLimit(maxBytes * SHARE_OF_CALLER);
  }

  /**
   * @param bytes memory of its message
   * @throws DomainError TOO_MANY_OPERATIONS
   */
  begin(socket: object, caller: string, bytes: number): OpenOperation {
    const ends: (() => void)[] = [];
    const end = () => {
      for (const endOne of ends.splice(0)) endOne();
    };
    const use = <Key>(limit: UseLimit<Key>, key: Key, count: number, what: string) => {
      const endOne = limit.begin(key, count);
      if (endOne === null) throw tooMany(what, Math.floor(limit.max));
      ends.push(endOne);
    };
    const grow = (more: number) => {
      use(this.bytesOfCallers, caller, more, 'bytes in open operations of this caller');
      use(this.bytesOfAll, 'all', more, 'bytes in open operations');
    };
    try {
      use(this.ofSockets, socket, 1, 'open operations on this socket');
      use(this.ofCallers, caller, 1, 'open operations of this caller');
      grow(bytes);
    } catch (error) {
      end();
      throw error;
    }
    return { grow, end };
  }
}

const tooMany = (what: string, limit: number): DomainError =>
  new DomainError('TOO_MANY_OPERATIONS', `More than ${limit} ${what}. Complete a subscription first.`, {
    details: { limit },
  });
