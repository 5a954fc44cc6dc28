import 'reflect-metadata';
import { readEnvironment } from './config/environment.js';
import { loadSettings } from './config/settings.js';
import { reportFailure } from './cli/printing.js';
import { createLog, createReadableLog } from './logging/log.js';
import { routeConsole } from './logging/route-console.js';
import { type RunningServer, startServer } from './start-server.js';
import { startupBanner } from './startup-banner.js';

/** Exit code if a second signal interrupts the shutdown. */
const IN_A_HURRY = 130;

/** The abort reason if a signal stops the server while it starts. */
class StartStoppedError extends Error {
  constructor(readonly exitCode: number) {
    super('The start was stopped.');
  }
}

try {
  const settings = loadSettings(readEnvironment());
  const { logLevel } = settings.observability;
  const log =
    settings.environment === 'production' ? createLog(logLevel) : await createReadableLog(logLevel, 1);
  routeConsole(log);
  const starting = new AbortController();
  const running: { server?: RunningServer } = {};
  const stop = (code: number) => {
    // A second signal exits immediately.
    if (starting.signal.aborted) process.exit(code === 0 ? IN_A_HURRY : code);
    // Aborts a start that is still in progress, so that no embedded PostgreSQL is left running.
    starting.abort(new StartStoppedError(code));
    running.server?.close().then(
      () => process.exit(code),
      (error: unknown) => process.exit(reportFailure(error)),
    );
  };
  const stopOnSignal = () => {
    stop(0);
  };
  process.on('SIGINT', stopOnSignal).on('SIGTERM', stopOnSignal).on('SIGHUP', stopOnSignal);
  const started = await startServer(settings, log, starting.signal);
  if (starting.signal.aborted) {
    await started.close();
    starting.signal.throwIfAborted();
  }
  running.server = started;
  const { installProcessErrorHandlers } = await import('./process-errors.js');
  installProcessErrorHandlers(() => {
    stop(1);
  });
  process.stdout.write(startupBanner(settings, started));
} catch (error) {
  process.exit(error instanceof StartStoppedError ? error.exitCode : reportFailure(error));
}
