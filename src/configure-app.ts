import { ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppModule } from './app.module.js';
import type {} from './access/request-access.js';
import { isAllowedOrigin } from './common/allowed-origin.js';
import { invalidInput } from './common/invalid-input.js';
import { requestIdOf, withRequest } from './common/request-context.js';
import { RequestLogger } from './common/request-logger.js';
import { answerRefusal } from './graphql/error.filter.js';
import { isProgramsGet, PROGRAMS_GET } from './graphql/programs-get.js';
import { limitSocketMessages } from './graphql/socket-message-size.js';
import type { Settings } from './config/settings.js';

/** Builds the application as the server runs it and the tests drive it; nothing listens yet. */
export async function createApp(settings: Settings, databaseUrl: string): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.register(settings, databaseUrl),
    new FastifyAdapter({ frameworkErrors: answerUnreadable }),
    { abortOnError: false, logger: new RequestLogger({ logLevels: ['error', 'warn'] }) },
  );
  identifyRequests(app.getHttpAdapter().getInstance());
  await setSecurityHeaders(app, settings.environment);
  app.useGlobalPipes(new ValidationPipe({ transform: true, exceptionFactory: invalidInput }));
  const isAllowed = isAllowedOrigin(settings.http.corsOrigins);
  app.enableCors({
    origin: (origin, decide) => {
      decide(null, origin !== undefined && isAllowed(origin));
    },
    methods: ['GET', 'POST'],
  });
  await app.init();
  limitSocketMessages(app, settings.limits.maxBodyBytes);
  return app;
}

/** What is wrong with a path that no route can be looked up for; no hook runs then. */
function answerUnreadable(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  identify(request, reply);
  answerRefusal(error, request, reply);
}

function identify(request: FastifyRequest, reply: FastifyReply): void {
  request.id = requestIdOf(request.headers['x-request-id']);
  void reply.header('x-request-id', request.id);
}

function identifyRequests(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    identify(request, reply);
    if (isProgramsGet(request.method, request.headers)) request.headers[PROGRAMS_GET] = 'yes';
    done();
  });
  // Not before the body is there: what its arrival sets off belongs to the connection, not to the request.
  server.addHook('preHandler', (request, _reply, done) => {
    withRequest({ id: request.id, ...request.access }, done);
  });
}
