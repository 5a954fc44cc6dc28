import { ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { invalidInput } from './common/invalid-input.js';
import type { Settings } from './config/settings.js';

const LOCALHOST_ORIGIN = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** Builds the application as the server runs it and the tests drive it; nothing listens yet. */
export async function createApp(settings: Settings, databaseUrl: string): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.register(settings, databaseUrl),
    new FastifyAdapter(),
    { abortOnError: false, logger: ['error', 'warn'] },
  );
  app.useGlobalPipes(new ValidationPipe({ transform: true, exceptionFactory: invalidInput }));
  app.enableCors({
    origin: settings.http.corsOrigins === null ? LOCALHOST_ORIGIN : [...settings.http.corsOrigins],
    methods: ['GET', 'POST'],
  });
  await app.init();
  return app;
}
