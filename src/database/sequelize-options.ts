import type { SequelizeModuleOptions } from '@nestjs/sequelize';
import pg from 'pg';
import { sessionClass, type SessionOptions } from './session.js';

export interface SequelizePoolOptions extends Pick<SessionOptions, 'url' | 'isPooled' | 'check'> {
  readonly poolSize: number;
  readonly acquireMs: number;
}

/** The options of an instance of Sequelize. The schema is the migrations' business: never synced. */
export function sequelizeOptions({
  poolSize,
  acquireMs,
  ...session
}: SequelizePoolOptions): SequelizeModuleOptions {
  const Client = sessionClass({ ...session, purpose: 'api', connectTimeoutMs: acquireMs });
  return {
    dialect: 'postgres',
    // The driver, but for its clients: they know by themselves where to connect, and prepare their sessions.
    dialectModule: Object.create(pg, { Client: { value: Client } }) as object,
    // Sequelize itself sets nothing; its types do not know the option.
    ...({ keepDefaultTimezone: true } as object),
    dialectOptions: { clientMinMessages: 'ignore' },
    logging: false,
    autoLoadModels: true,
    synchronize: false,
    // The reachability was checked before; trying again behind everybody's back only delays a clear error.
    retryAttempts: 1,
    pool: { max: poolSize, min: 0, acquire: acquireMs, idle: 10_000 },
    define: { freezeTableName: true, timestamps: true },
  };
}
