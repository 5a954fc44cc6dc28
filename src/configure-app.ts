import multipart from '@fastify/multipart';
import { ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { clientAddressOf } from './common/client-address.js';
import { isAllowedOrigin } from './common/origins.js';
import { invalidInput } from './common/invalid-input.js';
import { OpenRequests } from './common/request-deadline.js';
import { Tracer } from './common/spans.js';
import type { Settings } from './config/settings.js';
import { sendWrittenAnswers } from './graphql/answers/answer-writer.js';
import { configureSocketServer } from './graphql/socket-server.js';
import { Readiness } from './health/readiness.js';
import { identifyRequests } from './http/identify-requests.js';
import { limitBodies } from './http/limit-bodies.js';
import { rejectMalformedHosts } from './http/reject-malformed-hosts.js';
import { rejectWhileDraining } from './http/reject-while-draining.js';
import { setSecurityHeaders } from './http/security-headers.js';
import { connectionsOf, serverOptions } from './http/server-options.js';
import { logEvents } from './logging/log-events.js';
import { logRequests } from './logging/log-requests.js';
import { type Log, silentLog } from './logging/log.js';
import { NestLog } from './logging/nest-log.js';
import type { Tracing } from './tracing/start-tracing.js';

/**
 * Builds the application for the server and for tests. It does not listen yet.
 * @param log without one, nothing is logged
 */
export async function createApp(
  settings: Settings,
  databaseUrl: string,
  log: Log = silentLog,
): Promise<NestFastifyApplication> {
  const connections = connectionsOf(settings);
  const openRequests = new OpenRequests(settings.times.requestMs);
  const tracing = await startTracing(settings.observability.tracing);
  const tracer = tracing?.tracer ?? new Tracer();
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.register(settings, databaseUrl, connections, { openRequests, tracer }),
    new FastifyAdapter(serverOptions(settings, connections, openRequests)),
    { abortOnError: false, logger: new NestLog(log) },
  );
  const server = app.getHttpAdapter().getInstance();
  identifyRequests(server, openRequests, clientAddressOf(settings.http.trustProxy));
  logRequests(server, log);
  sendWrittenAnswers(server);
  rejectMalformedHosts(server);
  limitBodies(server, connections);
  rejectWhileDraining(server, app.get(Readiness, { strict: false }));
  tracing?.traceRequests(server);
  const endLog = logEvents(log);
  server.addHook('onClose', async () => {
    endLog();
    await tracing?.close();
  });
  await app.register(multipart);
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
  configureSocketServer(app, settings.limits.maxBodyBytes);
  return app;
}

/** Loads the tracing code only if tracing is configured. */
async function startTracing(settings: Settings['observability']['tracing']): Promise<Tracing | null> {
  if (settings === null) return null;
  const { startTracing: start } = await import('./tracing/start-tracing.js');
  return start(settings);
}
