import type { SequelizeModuleOptions } from '@nestjs/sequelize';

/** The options of the one Sequelize instance of a process. The schema is the migrations' business: never synced. */
export function sequelizeOptions(url: string, poolSize: number, acquireMs: number): SequelizeModuleOptions {
  return {
    dialect: 'postgres',
    uri: url,
    logging: false,
    autoLoadModels: true,
    synchronize: false,
    // The reachability was checked before; trying again behind everybody's back only delays a clear error.
    retryAttempts: 1,
    pool: { max: poolSize, min: 0, acquire: acquireMs, idle: 10_000 },
    define: { freezeTableName: true, timestamps: true },
    dialectOptions: {
      application_name: 'lead-scoring api',
      connectionTimeoutMillis: acquireMs,
      keepAlive: true,
    },
  };
}
