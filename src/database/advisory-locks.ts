/** The keys of PostgreSQL's advisory locks, in one place so that no two uses share one. */
export const ADVISORY_LOCKS = {
  /**
   * Shared by every process that uses an embedded server, in its database `postgres`. Who gets it alone is the
   * last one, and stops the server.
   */
  presence: 7_316_000,
  /** Held by a migrator for its whole run: of two deploys at once, one migrates and the other waits. */
  migrations: 7_316_001,
  /**
   * Held to the end of its transaction by whatever rescores many leads (a recalculation, an import): two of
   * them lock rows in orders of their own and would deadlock. Whoever changes a single lead does without.
   */
  bulkScoring: 7_316_002,
  /** Held by a replica while it refreshes a batch of scores, so that of several replicas one does. */
  scoreRefresh: 7_316_005,
  /** With the id of a run as the second key: held by a recalculation for as long as its transaction lasts. */
  recalculationClass: 7_316_003,
  /** With the hash of a name as the second key: held for as long as the process lives that goes by that name. */
  processNameClass: 7_316_004,
} as const;
