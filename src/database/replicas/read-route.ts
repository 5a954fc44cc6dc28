import type pg from 'pg';
import { DomainError } from '../../common/domain-error.js';
import { currentRequest, type RequestContext } from '../../common/request-context.js';
import { errorCodeOf } from '../connection-faults.js';
import type { ReadReplicas } from './read-replicas.js';
import type { Replica } from './replica.js';

/** A statement that somebody has cancelled, or that took too long, must not begin anew. */
const CANCELLED = '57014';

/** Of a server that stops, or cannot be reached. A conflict with what is replayed (40001) is no fault of the server. */
const IS_GONE = /^(08...|57P0.|ECONN.*|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND)$/;

/** Callers that nobody tells apart are one: what any of them has written, all of them read. */
export const ANYBODY = 'anybody';

/**
 * Where the reads of one request go: all to the same replica, so that none of them finds less than the one before, or to the
 * primary, which they stay with once one had to go there.
 */
export class ReadRoute {
  private static readonly ofRequests = new WeakMap<RequestContext, ReadRoute>();

  /** That of the request that is being worked for; null: what it reads is the primary's. */
  static current(replicas?: ReadReplicas): ReadRoute | null {
    const request = currentRequest();
    if (request?.reads !== 'replica') return null;
    const known = this.ofRequests.get(request);
    if (known !== undefined || replicas === undefined) return known ?? null;
    const route = new ReadRoute(replicas, request.caller?.key ?? ANYBODY);
    this.ofRequests.set(request, route);
    return route;
  }

  private choice: Promise<Replica | null> | null = null;
  private replica: Replica | null = null;
  private hasLeft = false;

  private constructor(
    private readonly replicas: ReadReplicas,
    private readonly caller: string,
  ) {}

  /** A connection to the replica; null: it has to be one to the primary. */
  async lend(): Promise<{ client: pg.Client; replica: Replica } | null> {
    this.choice ??= this.replicas.pickFor(this.caller).then((picked) => (this.replica = picked));
    await this.choice;
    const { replica } = this;
    if (replica === null || this.hasLeft) return null;
    try {
      return { client: await replica.acquire(), replica };
    } catch (error) {
      this.leave(error);
      return null;
    }
  }

  /**
   * A read has failed. @returns whether it is worth reading again, from the primary, where all that follows is read as well
   */
  leave(error: unknown): boolean {
    const code = errorCodeOf(error);
    // What we refuse ourselves, the primary would not change.
    if (this.replica === null || code === CANCELLED || error instanceof DomainError) return false;
    const isGone = code === undefined ? isLostConnection(error) : IS_GONE.test(code);
    if (isGone && !this.hasLeft) this.replica.suspect();
    // Of several that are read at once, each that fails is read again.
    this.hasLeft = true;
    return true;
  }
}

/** The driver reports a connection that ended under a query without any code. */
const isLostConnection = (error: unknown): boolean =>
  error instanceof Error && /Connection terminated|not queryable|Connection timed out/.test(error.message);

/** Reads, and reads again from the primary where it was a replica that failed: reading changes nothing. */
export async function readAgainOnPrimary<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (ReadRoute.current()?.leave(error) !== true) throw error;
    return read();
  }
}
