import { readEnvironment } from '../config/environment.js';
import { loadSettings, type Program, type Settings } from '../config/settings.js';
import { openDatabase, type OpenDatabase } from '../database/open-database.js';
import { reportFailure } from './report-failure.js';

/**
 * Runs a command against the database of the settings and ends the process with the exit code that it
 * returns, or 1 where it throws.
 * @param program whose settings have to be there: a command that writes summaries needs what the server needs
 */
export async function runCommand(
  command: (database: OpenDatabase, settings: Settings) => Promise<number>,
  program: Program = 'command',
): Promise<void> {
  process.exitCode = await exitCodeOf(command, program);
}

async function exitCodeOf(
  command: (database: OpenDatabase, settings: Settings) => Promise<number>,
  program: Program,
): Promise<number> {
  try {
    const settings = loadSettings(readEnvironment(), program);
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
