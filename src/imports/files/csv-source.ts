import { type FileHandle, open } from 'node:fs/promises';
import { ImportFileError } from '../import-file-error.js';

/** A file to import. The caller of `open` closes the file, and calls it only once. */
export interface CsvSource {
  /** The name that messages and the record of the import use. */
  readonly name: string;
  /** @throws ImportFileError if the file cannot be read */
  open(): Promise<FileHandle>;
}

const OPENING_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
};

export const sourceAt = (path: string, name = path): CsvSource => ({
  name,
  open: async () => {
    try {
      return await open(path, 'r');
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      const problem = OPENING_PROBLEMS[code] ?? `it cannot be read (${code})`;
      throw new ImportFileError({ file: name }, problem, 'Check its path and its permissions.', {
        cause: error,
      });
    }
  },
});
