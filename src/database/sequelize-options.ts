import type { SequelizeModuleOptions } from '@nestjs/sequelize';
import pg from 'pg';
import { sessionClass, type SessionOptions } from './session.js';

export interface SequelizePoolOptions extends Pick<SessionOptions, 'url' | 'isPooled' | 'check'> {
  readonly poolSize: number;
  readonly acquireMs: number;
}

/** The options of a Sequelize instance. Only migrations change the schema, so it is never synchronised. */
export function sequelizeOptions({
  poolSize,
  acquireMs,
  ...session
}: SequelizePoolOptions): SequelizeModuleOptions {
  const Client = sessionClass({ ...session, purpose: 'api', connectTimeoutMs: acquireMs });
  return {
    dialect: 'postgres',
    // The driver with our own client class, which knows its address and prepares its sessions.
    dialectModule: Object.create(pg, { Client: { value: Client } }) as object,
    // With this option and `clientMinMessages`, Sequelize sends no SET statements. Its types omit this one.
    ...({ keepDefaultTimezone: true } as object),
    dialectOptions: { clientMinMessages: 'ignore' },
    logging: false,
    autoLoadModels: true,
    synchronize: false,
    // The connection was already checked, so retries would only delay a clear error.
    retryAttempts: 1,
    pool: { max: poolSize, min: 0, acquire: acquireMs, idle: 10_000 },
    define: { freezeTableName: true, timestamps: true },
  };
}
