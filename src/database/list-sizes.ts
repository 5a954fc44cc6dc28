import type { Sequelize } from 'sequelize';
import { readRows } from './read-rows.js';

/** How many rows lists without pages have, by the name of their table. */
export type ListSizes = Readonly<Record<string, number>>;

/** For how long a count is used. */
const MAX_AGE_MS = 10_000;

/** How many rows lists without pages have at the moment: a count that ends at the limit of the list. */
export class ListSizeReader {
  private known: { readonly sizes: Promise<ListSizes>; readonly readAt: number } | undefined;

  /** @param limits the most rows that each list may have */
  constructor(
    private readonly sequelize: Sequelize,
    private readonly limits: ListSizes,
  ) {}

  read(): Promise<ListSizes> {
    if (this.known === undefined || performance.now() - this.known.readAt > MAX_AGE_MS) {
      // If they cannot be counted, lists count as long as they may be.
      this.known = { sizes: this.count().catch(() => this.limits), readAt: performance.now() };
    }
    return this.known.sizes;
  }

  private async count(): Promise<ListSizes> {
    const counts = Object.keys(this.limits).map(
      (table, index) =>
        `(SELECT count(*)::int FROM (SELECT FROM ${table} LIMIT $${index + 1}) AS rows) AS ${table}`,
    );
    const [sizes] = await readRows<Record<string, number>>(this.sequelize, {
      sql: `SELECT ${counts.join(', ')}`,
      bind: Object.values(this.limits),
    });
    return sizes ?? this.limits;
  }
}
