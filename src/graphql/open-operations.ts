import { DomainError } from '../common/domain-error.js';
import type { SocketLimits } from '../config/limit-settings.js';
import { UseLimit } from './use-limit.js';

/** Counts the operations that are open over WebSocket on this server: subscriptions, and others without a result yet. */
export class OpenOperations {
  private readonly ofSockets: UseLimit<object>;
  private readonly ofCallers: UseLimit<string>;

  constructor({ maxOperations, maxOperationsPerCaller }: SocketLimits) {
    this.ofSockets = new UseLimit(maxOperations);
    this.ofCallers = new UseLimit(maxOperationsPerCaller);
  }

  /**
   * @returns what ends the operation
   * @throws DomainError TOO_MANY_OPERATIONS
   */
  begin(socket: object, caller: string): () => void {
    const endOfSocket = this.ofSockets.begin(socket);
    if (endOfSocket === null) throw tooMany('on this socket', this.ofSockets.max);
    const endOfCaller = this.ofCallers.begin(caller);
    if (endOfCaller === null) {
      endOfSocket();
      throw tooMany('for this caller', this.ofCallers.max);
    }
    return () => {
      endOfSocket();
      endOfCaller();
    };
  }
}

const tooMany = (where: string, limit: number): DomainError =>
  new DomainError(
    'TOO_MANY_OPERATIONS',
    `Too many operations are open ${where} (limit ${limit}). Complete a subscription first.`,
    { details: { limit } },
  );
