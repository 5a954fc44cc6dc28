import { type FileHandle, open } from 'node:fs/promises';
import { fileProblem } from '../../common/file-problem.js';
import { ImportFileError } from '../import-file-error.js';

/** A file to import. The caller of `open` closes the file, and calls it only once. */
export interface CsvSource {
  /** The name that messages and the record of the import use. */
  readonly name: string;
  /** @throws ImportFileError if the file cannot be read */
  open(): Promise<FileHandle>;
}

export const sourceAt = (path: string, name = path): CsvSource => ({
  name,
  open: async () => {
    try {
      return await open(path, 'r');
    } catch (error) {
      throw new ImportFileError({ file: name }, fileProblem(error), 'Check its path and its permissions.', {
        cause: error,
      });
    }
  },
});
