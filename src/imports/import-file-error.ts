import { DomainError } from '../common/domain-error.js';
import './errors-and-events.js';

/** Where in a file something is wrong. */
export interface FileLocation {
  /** The name that the user knows. */
  readonly file: string;
  /** From 1, as in editors. */
  readonly line?: number;
  /** The name in the header of the file. */
  readonly column?: string;
}

/** A file cannot be imported as a whole. The message contains the location, the problem and a proposal. */
export class ImportFileError extends DomainError {
  override readonly name = 'ImportFileError';

  /**
   * @param problem without a full stop, for example "it is empty"
   * @param proposal a whole sentence, for example "Export it again."
   */
  constructor(location: FileLocation, problem: string, proposal: string, options?: { cause?: unknown }) {
    const { file, line, column } = location;
    const place = [
      file,
      ...(line === undefined ? [] : [`line ${line}`]),
      ...(column === undefined ? [] : [`column ${JSON.stringify(column)}`]),
    ].join(', ');
    super('IMPORT_FILE_INVALID', `${place}: ${problem}. ${proposal}`, {
      ...options,
      details: { file, line: line ?? null, column: column ?? null },
      isExpected: true,
    });
  }
}
