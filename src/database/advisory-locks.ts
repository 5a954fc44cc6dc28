/** The keys of all advisory locks, in one place so that no two uses share a key. */
export const ADVISORY_LOCKS = {
  /**
   * Locked in shared mode by every process that uses an embedded server, in its database `postgres`. A
   * process that can lock it exclusively is the last one, and stops the server.
   */
  presence: 7_316_000,
  /** Locked by a migrator until it ends: if two deployments run at once, one migrates and the other waits. */
  migrations: 7_316_001,
  /**
   * Locked until the end of the transaction by everything that scores many leads (a recalculation, an
   * import). Two of them lock rows in different orders and would deadlock. Changes of a single lead do not
   * need it.
   */
  bulkScoring: 7_316_002,
  /** Locked by a process while it refreshes a batch of scores, so that only one of several does. */
  scoreRefresh: 7_316_005,
  /**
   * The first key, with the id of a recalculation as the second: locked for the duration of its transaction.
   */
  recalculationClass: 7_316_003,
  /** The first key, with the id of an import as the second: locked for the duration of its transaction. */
  importClass: 7_316_006,
  /** The first key, with the id of an evaluation of scores as the second: locked until it ends. */
  scoreEvaluationClass: 7_316_007,
  /**
   * The first key, with the hash of a name as the second: locked while the process with that name is running.
   */
  processNameClass: 7_316_004,
} as const;
