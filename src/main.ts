import 'reflect-metadata';
import { readEnvironment } from './config/environment.js';
import { loadSettings } from './config/settings.js';
import { reportFailure } from './cli/report-failure.js';
import { createLog, createReadableLog } from './logging/log.js';
import { routeConsole } from './logging/route-console.js';
import { startServer } from './start-server.js';
import { startMessage } from './start-message.js';

try {
  const settings = loadSettings(readEnvironment());
  const { logLevel } = settings.observability;
  const log =
    settings.environment === 'production' ? createLog(logLevel) : await createReadableLog(logLevel, 1);
  routeConsole(log);
  const server = await startServer(settings, log);
  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    server.close().then(
      () => process.exit(0),
      (error: unknown) => process.exit(reportFailure(error)),
    );
  };
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
  process.stdout.write(startMessage(settings, server));
} catch (error) {
  process.exit(reportFailure(error));
}
