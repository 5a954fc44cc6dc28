export const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** In the order of preference if a file does not decide. */
export const DELIMITERS = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/** How a file was read. */
export interface FileFormat {
  readonly encoding: Encoding;
  readonly hasBom: boolean;
  readonly delimiter: Delimiter;
  /** Line of the header, from 1. */
  readonly headerLine: number;
}

/** Each option replaces the detection. */
export interface FileFormatOptions {
  readonly encoding?: Encoding;
  readonly delimiter?: Delimiter;
  readonly headerLine?: number;
}

/** For messages. */
export const ENCODING_NAMES: Readonly<Record<Encoding, string>> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16 LE',
  'utf-16be': 'UTF-16 BE',
  'windows-1252': 'Windows-1252',
};
