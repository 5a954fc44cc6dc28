import { constants } from 'node:os';
import { readEnvironment } from '../config/environment.js';
import { loadSettings, type Program, type Settings } from '../config/settings.js';
import { describeDatabase } from '../database/describe-database.js';
import { openDatabase, type OpenDatabase } from '../database/open-database.js';
import { reportFailure } from './printing.js';

type Command = (database: OpenDatabase, settings: Settings) => Promise<number>;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a command against the configured database. The process ends with the exit code that the command
 * returns, or with 1 if it throws. The first line on standard error names the database.
 * @param program the program whose settings are required: a command that writes summaries needs those of the
 * server
 */
export async function runCommand(command: Command, program: Program = 'command'): Promise<void> {
  process.exitCode = await exitCodeOf(command, program);
}

async function exitCodeOf(command: Command, program: Program): Promise<number> {
  const interruption = new Interruption();
  try {
    const settings = loadSettings(readEnvironment(), program);
    console.error(`Database: ${describeDatabase(settings.database)}`);
    const database = await openDatabase(settings.database, interruption.signal);
    interruption.release = () => database.release();
    try {
      return await command(database, settings);
    } finally {
      await database.release();
    }
  } catch (error) {
    return interruption.exitCode ?? reportFailure(error);
  } finally {
    interruption.stopListening();
  }
}

/** Ensures that a signal leaves no embedded PostgreSQL running. */
class Interruption {
  /** The exit code that shells report for a process ended by this signal; null: no signal was received. */
  exitCode: number | null = null;
  /** Set once the database is open. */
  release: (() => Promise<void>) | null = null;
  private readonly opening = new AbortController();

  constructor() {
    for (const name of SIGNALS) process.on(name, this.onSignal);
  }

  /** Aborted by a signal while the database is being opened. */
  get signal(): AbortSignal {
    return this.opening.signal;
  }

  stopListening(): void {
    for (const name of SIGNALS) process.off(name, this.onSignal);
  }

  private readonly onSignal = (name: NodeJS.Signals): void => {
    const exitCode = 128 + constants.signals[name];
    // A second signal exits immediately.
    if (this.exitCode !== null) process.exit(exitCode);
    // Commands that roll back, or complete their work, have their own signal handlers.
    if (this.release !== null && process.listenerCount(name) > 1) return;
    this.exitCode = exitCode;
    if (this.release === null) this.opening.abort();
    else void this.release().finally(() => process.exit(exitCode));
  };
}
