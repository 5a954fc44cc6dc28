import type { Server } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ensureCredentialsExist } from './access/ensure-credentials.js';
import { OperatorError } from './common/operator-error.js';
import type { Settings } from './config/settings.js';
import { errorCodeOf } from './database/connection-errors.js';
import { DatabaseAvailability } from './database/database-availability.js';
import { ensureMigrated, openDatabase } from './database/open-database.js';
import { ensurePoolerMatches } from './database/pooler.js';
import type { Log } from './logging/log.js';

/** Summary workers need up to ten seconds to release their jobs. */
const CLOSE_MS = 12_000;
/** Nothing can be released, and no connection can be closed regularly, if the database does not respond. */
const CLOSE_WITHOUT_DATABASE_MS = 1_000;

export interface RunningServer {
  /** URL of the API, such as http://localhost:3000/graphql. */
  readonly url: string;
  readonly isDatabaseEmbedded: boolean;
  /** Demo leads that were loaded during this start. */
  readonly demoLeadCount: number;
  /** Finishes open requests, then closes the database connections. */
  close(): Promise<void>;
}

/**
 * Starts the whole server.
 * @param signal aborts the start, which then rejects with the reason of the signal
 * @throws OperatorError if the database or the port cannot be used; nothing is left running then
 */
export async function startServer(settings: Settings, log: Log, signal: AbortSignal): Promise<RunningServer> {
  const database = await openDatabase(settings.database, signal);
  let app: NestFastifyApplication | undefined;
  let finishRequests = () => Promise.resolve();
  let hasDatabase = () => true;
  const close = async () => {
    await finishRequests();
    const limitMs = hasDatabase() ? CLOSE_MS : CLOSE_WITHOUT_DATABASE_MS;
    await Promise.race([app?.close(), sleep(limitMs)]);
    await database.release();
  };
  try {
    await ensureMigrated(database, (warning) => {
      log.warn(warning);
    });
    await ensurePoolerMatches(database.url, settings.database.poolerUrl);
    signal.throwIfAborted();
    await ensureCredentialsExist(settings.access, database.url);
    // Loading these modules takes a second or two. A start that fails at the database does not need them.
    const { createApp } = await import('./configure-app.js');
    const { GracefulShutdown } = await import('./graceful-shutdown.js');
    const started = await createApp(settings, database.url, log);
    app = started;
    finishRequests = () => started.get(GracefulShutdown).drain();
    hasDatabase = () => started.get(DatabaseAvailability).isAvailable;
    signal.throwIfAborted();
    const demoLeadCount = database.isEmbedded ? await loadDemo(started) : 0;
    signal.throwIfAborted();
    const port = await listen(started, settings.http);
    const host = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(settings.http.host)
      ? 'localhost'
      : settings.http.host;
    return {
      url: `http://${host}:${port}/graphql`,
      isDatabaseEmbedded: database.isEmbedded,
      demoLeadCount,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function loadDemo(app: INestApplicationContext): Promise<number> {
  const { DemoService } = await import('./demo/demo.service.js');
  return app.get(DemoService, { strict: false }).loadIfEmpty();
}

/** @returns the port, which the operating system chose if the setting is 0 */
async function listen(app: NestFastifyApplication, { host, port }: Settings['http']): Promise<number> {
  try {
    // Nest's `listen` would log the error with its stack trace, before we can explain it.
    await app.getHttpAdapter().getInstance().listen({ port, host });
    if (host === 'localhost') await listenOnOtherLoopback(app.getHttpServer());
  } catch (error) {
    const remedy = LISTEN_REMEDIES[errorCodeOf(error) ?? ''];
    if (remedy === undefined) throw error;
    throw new OperatorError(`Cannot listen on ${host}, port ${port}: ${remedy}.`, { cause: error });
  }
  const address = app.getHttpServer().address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/**
 * `localhost` has an IPv4 and an IPv6 address. Fastify listens on only one of them if the server comes from
 * `serverFactory`.
 */
async function listenOnOtherLoopback(server: Server): Promise<void> {
  const { address, port } = server.address() as AddressInfo;
  const other = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    server.emit('connection', socket);
  });
  server.once('close', () => other.close());
  await new Promise<void>((resolve) => {
    // Many machines have no IPv6.
    other.once('error', () => {
      resolve();
    });
    other.listen(port, address === '::1' ? '127.0.0.1' : '::1', resolve);
  });
}

const LISTEN_REMEDIES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use; stop the program that uses it, or set PORT to another',
  EACCES: 'this user may not use the port; set PORT to one above 1023',
  EADDRNOTAVAIL: 'this machine does not have that address; check HOST',
  ENOTFOUND: 'this address does not resolve; check HOST',
};
