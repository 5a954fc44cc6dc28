import type pg from 'pg';
import { DomainError } from '../../common/domain-error.js';
import { currentRequest, type RequestContext } from '../../common/request-context.js';
import { errorCodeOf } from '../connection-errors.js';
import type { ReadReplicas } from './read-replicas.js';
import type { Replica } from './replica.js';

/** A statement that was cancelled, or that took too long, must not be repeated. */
const CANCELLED = '57014';

/**
 * Codes of a server that stops or cannot be reached. A conflict with replay (40001) is not a failure of the
 * server.
 */
const IS_GONE = /^(08...|57P0.|ECONN.*|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND)$/;

/** Callers without a key count as one: each of them reads the writes of all of them. */
export const ANYBODY = 'anybody';

/**
 * The target of the reads of one request. All go to the same replica, so that no read returns older data than
 * the previous one. Once a read had to use the primary, all later ones do too.
 */
export class ReadRoute {
  private static readonly ofRequests = new WeakMap<RequestContext, ReadRoute>();

  /** The route of the current request; null: it reads from the primary. */
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

  /** A connection to the replica; null: the primary must be used. */
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
   * Called when a read has failed. @returns whether to repeat it on the primary, which all further reads use
   * too
   */
  leave(error: unknown): boolean {
    const code = errorCodeOf(error);
    // Our own errors would be the same on the primary.
    if (this.replica === null || code === CANCELLED || error instanceof DomainError) return false;
    const isGone = code === undefined ? isLostConnection(error) : IS_GONE.test(code);
    if (isGone && !this.hasLeft) this.replica.suspect();
    // If several reads run at the same time, each one that fails is repeated.
    this.hasLeft = true;
    return true;
  }
}

/** The driver reports a connection that was lost during a query without a code. */
const isLostConnection = (error: unknown): boolean =>
  error instanceof Error && /Connection terminated|not queryable|Connection timed out/.test(error.message);

/**
 * Reads, and repeats the read on the primary if a replica has failed. This is safe, since reads change
 * nothing.
 */
export async function readAgainOnPrimary<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (ReadRoute.current()?.leave(error) !== true) throw error;
    return read();
  }
}
