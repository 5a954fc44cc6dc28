import { readEnvironment } from '../config/environment.js';
import { loadSettings, type Settings } from '../config/settings.js';
import { openDatabase, type OpenDatabase } from '../database/open-database.js';
import { reportFailure } from './report-failure.js';

/**
 * Runs a command against the database of the settings and ends the process with the exit code that it
 * returns, or 1 where it throws.
 */
export async function runCommand(
  command: (database: OpenDatabase, settings: Settings) => Promise<number>,
): Promise<void> {
  process.exitCode = await exitCodeOf(command);
}

async function exitCodeOf(
  command: (database: OpenDatabase, settings: Settings) => Promise<number>,
): Promise<number> {
  try {
    const settings = loadSettings(readEnvironment(), 'command');
    const database = await openDatabase(settings.database);
    try {
      return await command(database, settings);
    } finally {
      await database.release();
    }
  } catch (error) {
    return reportFailure(error);
  }
}
