import { ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { AppModule } from './app.module.js';
import { isAllowedOrigin } from './common/allowed-origin.js';
import { invalidInput } from './common/invalid-input.js';
import { requestIdOf, withRequest } from './common/request-context.js';
import { isProgramsGet, PROGRAMS_GET } from './graphql/programs-get.js';
import { logHappenings } from './logging/log-happenings.js';
import { logRequests } from './logging/log-requests.js';
import { type Log, silentLog } from './logging/log.js';
import { NestLog } from './logging/nest-log.js';
import type { Settings } from './config/settings.js';

/**
 * Builds the application as the server runs it and the tests drive it; nothing listens yet.
 * @param log without one, nothing is logged
 */
export async function createApp(
  settings: Settings,
  databaseUrl: string,
  log: Log = silentLog,
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.register(settings, databaseUrl),
    new FastifyAdapter(),
    { abortOnError: false, logger: new NestLog(log) },
  );
  const server = app.getHttpAdapter().getInstance();
  identifyRequests(server);
  logRequests(server, log);
  const endTracing = await startTracing(server, settings.observability.tracing);
  const endLog = logHappenings(log);
  server.addHook('onClose', async () => {
    endLog();
    await endTracing();
  });
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

/** What makes traces is loaded only where they are asked for. @returns what sends the last ones */
async function startTracing(
  server: FastifyInstance,
  tracing: Settings['observability']['tracing'],
): Promise<() => Promise<void>> {
  if (tracing === null) return () => Promise.resolve();
  const [{ startTracing: start }, { traceRequests }] = await Promise.all([
    import('./tracing/start-tracing.js'),
    import('./tracing/trace-requests.js'),
  ]);
  const { tracer, close } = start(tracing);
  traceRequests(server, tracer);
  return close;
}

function identifyRequests(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    request.id = requestIdOf(request.headers['x-request-id']);
    void reply.header('x-request-id', request.id);
    if (isProgramsGet(request.method, request.headers)) request.headers[PROGRAMS_GET] = 'yes';
    done();
  });
  // Not before the body is there: what its arrival sets off belongs to the connection, not to the request.
  server.addHook('preHandler', (request, _reply, done) => {
    withRequest({ id: request.id }, done);
  });
}
