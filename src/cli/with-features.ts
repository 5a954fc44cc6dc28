import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Settings } from '../config/settings.js';
import { CoreModule } from '../core.module.js';
import { ensureMigrated, type OpenDatabase } from '../database/open-database.js';

/** Runs work with the features that the server has, on a database whose schema is up to date. */
export async function withFeatures<Result>(
  database: OpenDatabase,
  settings: Settings,
  work: (features: INestApplicationContext) => Promise<Result>,
): Promise<Result> {
  await ensureMigrated(database);
  const features = await NestFactory.createApplicationContext(CoreModule.register(settings, database.url), {
    abortOnError: false,
    logger: ['error', 'warn'],
  });
  try {
    return await work(features);
  } finally {
    await features.close();
  }
}
