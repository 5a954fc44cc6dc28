import 'reflect-metadata';
import { readEnvironment } from './config/environment.js';
import { loadSettings } from './config/settings.js';
import { reportFailure } from './cli/report-failure.js';
import { createLog, createReadableLog } from './logging/log.js';
import { routeConsole } from './logging/route-console.js';
import { startServer } from './start-server.js';
import { watchForFaults } from './unforeseen-faults.js';
import { startMessage } from './start-message.js';

/** Exit code of a server that was stopped before it had finished. */
const IN_A_HURRY = 130;

try {
  const settings = loadSettings(readEnvironment());
  const { logLevel } = settings.observability;
  const log =
    settings.environment === 'production' ? createLog(logLevel) : await createReadableLog(logLevel, 1);
  routeConsole(log);
  const server = await startServer(settings, log);
  let isStopping = false;
  const stop = (code: number) => {
    // Who asks twice will not wait.
    if (isStopping) process.exit(code === 0 ? IN_A_HURRY : code);
    isStopping = true;
    server.close().then(
      () => process.exit(code),
      (error: unknown) => process.exit(reportFailure(error)),
    );
  };
  const stopOnSignal = () => {
    stop(0);
  };
  process.on('SIGINT', stopOnSignal).on('SIGTERM', stopOnSignal).on('SIGHUP', stopOnSignal);
  watchForFaults(() => {
    stop(1);
  });
  process.stdout.write(startMessage(settings, server));
} catch (error) {
  process.exit(reportFailure(error));
}
