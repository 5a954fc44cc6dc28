import { ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { isAllowedOrigin } from './common/allowed-origin.js';
import { invalidInput } from './common/invalid-input.js';
import type { Settings } from './config/settings.js';

/** Builds the application as the server runs it and the tests drive it; nothing listens yet. */
export async function createApp(settings: Settings, databaseUrl: string): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.register(settings, databaseUrl),
    new FastifyAdapter(),
    { abortOnError: false, logger: ['error', 'warn'] },
  );
  app.useGlobalPipes(new ValidationPipe({ transform: true, exceptionFactory: invalidInput }));
  const isAllowed = isAllowedOrigin(settings.http.corsOrigins);
  app.enableCors({
    origin: (origin, decide) => {
      decide(null, origin !== undefined && isAllowed(origin));
    },
    methods: ['GET', 'POST'],
  });
  await app.init();
  return app;
}
