import type { CsvSource } from './files/csv-source.js';
import type { FileFormatOptions } from './files/file-format.js';
import type { ImportedFile } from './import-report.js';
import type { MappingOptions } from './mapping/map-file.js';
import type { FormatOptions } from './mapping/mapping-file.js';

/** How one file is read. What is absent is decided from the file. */
export interface FileOptions extends FileFormatOptions, MappingOptions, FormatOptions {
  /** Whether lines without a recorded time were recorded at their date. Otherwise they are recorded by the import. */
  readonly isRecordedAsDated?: boolean;
}

export interface ImportOptions {
  readonly leads: FileOptions;
  readonly interactions: FileOptions;
  readonly changes: FileOptions;
  /** Whether interactions without an external id are always new. */
  readonly allowDuplicates: boolean;
}

export type ImportSources = Readonly<Partial<Record<ImportedFile, CsvSource>>>;
