import type { FileFormatOptions } from './files/file-format.js';
import type { MappingOptions } from './mapping/map-file.js';
import type { FormatOptions } from './mapping/mapping-file.js';

/** How one file is read. What is absent is decided from the file. */
export interface FileOptions extends FileFormatOptions, MappingOptions, FormatOptions {}

export interface ImportOptions {
  readonly leads: FileOptions;
  readonly interactions: FileOptions;
  /** Whether interactions without an external id are always new. */
  readonly allowDuplicates: boolean;
}

/** A file to import. */
export interface ImportSource {
  readonly path: string;
  /** The name that messages and the record use. */
  readonly name: string;
}

export type ImportSources = Readonly<Partial<Record<'leads' | 'interactions', ImportSource>>>;
