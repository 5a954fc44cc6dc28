import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { Sequelize } from 'sequelize';
import { readRows } from '../../database/read-rows.js';

/** Tables grow by far more slowly than they are read. */
const MAX_AGE_MS = 60_000;

/** Below 0 where the table was never analysed. */
const READ_ESTIMATE = `SELECT greatest(reltuples, 0)::float8 AS count FROM pg_class WHERE oid = 'leads'::regclass`;

/** About how many leads there are, as PostgreSQL takes it; 0 where it does not know. */
@Injectable()
export class LeadCountEstimate {
  private count = 0;
  private readAt = -Infinity;

  constructor(@InjectConnection() private readonly sequelize: Sequelize) {}

  async read(): Promise<number> {
    if (performance.now() - this.readAt > MAX_AGE_MS) {
      const [row] = await readRows<{ count: number }>(this.sequelize, { sql: READ_ESTIMATE, bind: [] });
      this.count = row?.count ?? 0;
      this.readAt = performance.now();
    }
    return this.count;
  }
}
