import { writeFile } from 'node:fs/promises';
import { DomainError } from '../common/domain-error.js';
import { errorCodeOf } from '../database/connection-errors.js';
import type { ImportFiles } from './import-files.js';
import { formatMappingFile } from './mapping/mapping-file.js';

/**
 * Writes a mapping file with all that was decided, so that the same file is read in the same way again.
 * @throws IMPORT_FAILED if the file cannot be written
 */
export async function saveMapping(files: ImportFiles, path: string): Promise<void> {
  const mappings = Object.fromEntries(files.all.map((file) => [file.kind, file.savedMapping()]));
  try {
    await writeFile(path, formatMappingFile(mappings));
  } catch (error) {
    throw new DomainError(
      'IMPORT_FAILED',
      `${path} cannot be written (${errorCodeOf(error)}). Nothing was imported.`,
      {
        cause: error,
      },
    );
  }
}
