import type { Server } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ensureCredentialsExist } from './access/ensure-credentials.js';
import { OperatorError } from './common/operator-error.js';
import type { Settings } from './config/settings.js';
import { errorCodeOf } from './database/connection-faults.js';
import { ensureMigrated, openDatabase } from './database/open-database.js';
import { ensurePoolerMatches } from './database/pooler.js';
import type { Log } from './logging/log.js';

/** The workers of summaries take ten seconds at most to let go of their jobs. */
const CLOSE_MS = 12_000;

export interface RunningServer {
  /** Where the API is, such as http://localhost:3000/graphql. */
  readonly url: string;
  readonly isDatabaseEmbedded: boolean;
  /** Demo leads that this start loaded. */
  readonly demoLeadCount: number;
  /** Finishes what is under way, then lets go of the database. */
  close(): Promise<void>;
}

/**
 * Brings up the whole server.
 * @param signal ends the start, which then rejects with the signal's reason
 * @throws OperatorError where the database or the port cannot be used; nothing is left running then
 */
export async function startServer(settings: Settings, log: Log, signal: AbortSignal): Promise<RunningServer> {
  const database = await openDatabase(settings.database, signal);
  let app: NestFastifyApplication | undefined;
  let finishRequests = () => Promise.resolve();
  const close = async () => {
    await finishRequests();
    // A database that is frozen says no good-bye, and nobody waits for it.
    await Promise.race([app?.close(), sleep(CLOSE_MS)]);
    await database.release();
  };
  try {
    await ensureMigrated(database, (warning) => {
      log.warn(warning);
    });
    await ensurePoolerMatches(database.url, settings.database.poolerUrl);
    signal.throwIfAborted();
    await ensureCredentialsExist(settings.access, database.url);
    // It takes a second or two to load, which a start that fails at its database does without.
    const { createApp } = await import('./configure-app.js');
    const { drain } = await import('./graceful-shutdown.js');
    const started = await createApp(settings, database.url, log);
    app = started;
    signal.throwIfAborted();
    const demoLeadCount = database.isEmbedded ? await loadDemo(started) : 0;
    signal.throwIfAborted();
    const port = await listen(started, settings.http);
    finishRequests = () => drain(started, settings.times);
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

/** @returns the port, which the system chose where the settings say 0 */
async function listen(app: NestFastifyApplication, { host, port }: Settings['http']): Promise<number> {
  try {
    // Not through Nest, which would log the failure with its stack before we can explain it.
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

/** `localhost` has an address of each protocol, and Fastify listens on one of them if it does not make the server itself. */
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
