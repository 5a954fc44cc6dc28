import { ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { AppModule } from './app.module.js';
import { answerBrokenHttp } from './broken-http.js';
import { isAllowedOrigin } from './common/allowed-origin.js';
import { invalidInput } from './common/invalid-input.js';
import { requestIdOf, withRequest } from './common/request-context.js';
import { RequestDeadline } from './common/request-deadline.js';
import { RequestLogger } from './common/request-logger.js';
import { isProgramsGet, PROGRAMS_GET } from './graphql/programs-get.js';
import { Readiness } from './health/readiness.js';
import type { Settings } from './config/settings.js';

/** Longer than load balancers keep connections that nobody uses, so that none is closed as they send a request. */
const KEEP_ALIVE_MS = 72_000;
/** How long a request may take to arrive: its head, and all of it. */
const HEADERS_MS = 10_000;
const ARRIVAL_MS = 30_000;
const CHECK_MS = 1_000;

/** Builds the application as the server runs it and the tests drive it; nothing listens yet. */
export async function createApp(settings: Settings, databaseUrl: string): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.register(settings, databaseUrl),
    new FastifyAdapter({
      // A client that sends its request byte by byte, or none, keeps no connection for longer than this.
      connectionTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      requestTimeout: ARRIVAL_MS,
      clientErrorHandler: answerBrokenHttp,
      http: { headersTimeout: HEADERS_MS, connectionsCheckingInterval: CHECK_MS },
    }),
    { abortOnError: false, logger: new RequestLogger({ logLevels: ['error', 'warn'] }) },
  );
  identifyRequests(app.getHttpAdapter().getInstance(), settings.times.requestMs);
  refuseWhileDraining(app.getHttpAdapter().getInstance(), app.get(Readiness, { strict: false }));
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

function refuseWhileDraining(server: FastifyInstance, readiness: Readiness): void {
  server.addHook('onRequest', (request, reply, done) => {
    // Whoever keeps the connection is to come back over another one, which a load balancer leads elsewhere.
    if (readiness.isShuttingDown) void reply.header('connection', 'close');
    if (!readiness.isDraining || request.url.startsWith('/health')) {
      done();
      return;
    }
    const extensions = { code: 'SERVICE_UNAVAILABLE', requestId: request.id };
    void reply
      .status(503)
      .send({ errors: [{ message: 'The server is shutting down; try again.', extensions }] });
  });
}

function identifyRequests(server: FastifyInstance, timeoutMs: number): void {
  server.addHook('onRequest', (request, reply, done) => {
    request.id = requestIdOf(request.headers['x-request-id']);
    void reply.header('x-request-id', request.id);
    if (isProgramsGet(request.method, request.headers)) request.headers[PROGRAMS_GET] = 'yes';
    done();
  });
  // Not before the body is there: what its arrival sets off belongs to the connection, not to the request.
  server.addHook('preHandler', (request, reply, done) => {
    const deadline = new RequestDeadline(timeoutMs);
    reply.raw.once('close', () => {
      deadline.close(!reply.raw.writableFinished);
    });
    withRequest({ id: request.id, deadline }, done);
  });
}
