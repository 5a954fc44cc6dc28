import 'reflect-metadata';
import type { INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Settings } from '../config/settings.js';
import { CoreModule } from '../core.module.js';
import { createReadableLog } from '../logging/log.js';
import { logListsNearLimit } from '../logging/log-events.js';
import { NestLog } from '../logging/nest-log.js';
import { withCallerName } from '../common/caller-name.js';
import { operatorName } from './operator.js';
import { printWarning } from './printing.js';
import { ensureMigrated, type OpenDatabase } from '../database/open-database.js';
import { ensurePoolerMatches } from '../database/pooler.js';

/**
 * Runs work with the services of a feature, on a database whose schema is up to date.
 * @param feature the module of the feature
 */
export async function withFeature<Result>(
  database: OpenDatabase,
  settings: Settings,
  feature: Type,
  work: (features: INestApplicationContext) => Promise<Result>,
): Promise<Result> {
  await ensureMigrated(database, printWarning);
  await ensurePoolerMatches(database.url, settings.database.poolerUrl);
  // Standard output is reserved for the output of the command.
  const log = await createReadableLog('warn', 2);
  const features = await NestFactory.createApplicationContext(
    CoreModule.register(settings, database.url, [feature]),
    { abortOnError: false, logger: new NestLog(log) },
  );
  const endLog = logListsNearLimit(log);
  try {
    return await withCallerName(`command ${operatorName()}`, () => work(features));
  } finally {
    endLog();
    await features.close();
  }
}
