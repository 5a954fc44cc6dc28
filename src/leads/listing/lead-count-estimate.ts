import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/sequelize';
import { Sequelize } from 'sequelize';
import { readRows } from '../../database/read-rows.js';

/** The number of leads changes slowly compared with the frequency of reads. */
const MAX_AGE_MS = 60_000;

/** `reltuples` is -1 if the table was never analyzed. */
const READ_ESTIMATE = `SELECT greatest(reltuples, 0)::float8 AS count FROM pg_class WHERE oid = 'leads'::regclass`;

/** The number of leads as PostgreSQL estimates it; 0 if there is no estimate. */
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
