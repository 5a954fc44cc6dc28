import type { SequelizeModuleOptions } from '@nestjs/sequelize';

/** How long a request waits for a free connection before it fails, in milliseconds. */
const ACQUIRE_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 10_000;

/** The options of the one Sequelize instance of a process. The schema is the migrations' business: never synced. */
export function sequelizeOptions(url: string, poolSize: number): SequelizeModuleOptions {
  return {
    dialect: 'postgres',
    uri: url,
    logging: false,
    autoLoadModels: true,
    synchronize: false,
    // The reachability was checked before; trying again behind everybody's back only delays a clear error.
    retryAttempts: 1,
    pool: { max: poolSize, min: 0, acquire: ACQUIRE_TIMEOUT_MS, idle: 10_000 },
    define: { freezeTableName: true, timestamps: true },
    dialectOptions: {
      application_name: 'lead-scoring api',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    },
  };
}
