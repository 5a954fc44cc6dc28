import { z } from 'zod';
import { EXTERNAL_SOURCE, EXTERNAL_SOURCE_RULE } from '../../common/external-id.js';
import { ImportFileError } from '../import-file-error.js';
import { isTimeZone } from '../values/local-time.js';
import type { ImportKind } from './fields.js';
import type { FileMapping, MappingOptions } from './map-file.js';

/** How local dates and amounts of a file are read. What is absent is decided from the file. */
export interface FormatOptions {
  readonly dateOrder?: 'dmy' | 'mdy';
  readonly decimal?: 'comma' | 'point';
  /** An IANA name. Default: UTC. */
  readonly timeZone?: string;
}

export interface SavedMapping extends MappingOptions {
  readonly formats?: FormatOptions;
}

/** The content of a mapping file. */
export type SavedMappings = Readonly<Partial<Record<ImportKind, SavedMapping>>>;

const FORMATS = z.strictObject({
  dateOrder: z.enum(['dmy', 'mdy']).optional(),
  decimal: z.enum(['comma', 'point']).optional(),
  timeZone: z
    .string()
    .refine(isTimeZone, 'must be the name of a time zone, such as Europe/Berlin')
    .optional(),
});

const COMMON = {
  preset: z.string().min(1).optional(),
  externalSource: z.string().regex(EXTERNAL_SOURCE, EXTERNAL_SOURCE_RULE).optional(),
  columns: z.record(z.string(), z.string()).optional(),
  ignored: z.array(z.string()).optional(),
  isStrict: z.boolean().optional(),
  formats: FORMATS.optional(),
};

const FILE = z.strictObject({
  leads: z.strictObject({ ...COMMON, statuses: z.record(z.string(), z.string()).optional() }).optional(),
  interactions: z.strictObject({ ...COMMON, types: z.record(z.string(), z.string()).optional() }).optional(),
  changes: z.strictObject({ ...COMMON, statuses: z.record(z.string(), z.string()).optional() }).optional(),
});

/**
 * Parses a mapping file.
 * @param name the path of the file, for messages
 * @throws ImportFileError with every violation
 */
export function parseMappingFile(text: string, name: string): SavedMappings {
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new ImportFileError({ file: name }, 'it is not valid JSON', 'Save it again with --save-mapping.', {
      cause: error,
    });
  }
  const parsed = FILE.safeParse(content);
  if (parsed.success) return parsed.data;
  const violations = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'the file'}: ${message}`,
  );
  throw new ImportFileError(
    { file: name },
    violations.join('; '),
    'Mend it, or save it again with --save-mapping.',
  );
}

/**
 * Returns the decisions about a file as options: the same file, and files with the same header, are then mapped
 * in the same way.
 */
export function savedMapping<Field extends string>(
  mapping: FileMapping<Field>,
  formats: FormatOptions,
): SavedMapping {
  const columns: Record<string, string> = {};
  const fields = Object.entries<readonly number[] | undefined>(mapping.sources);
  for (const [field, indexes] of fields) {
    for (const index of indexes ?? []) {
      const name = mapping.header[index] ?? '';
      // The recorded time may also be the date.
      if (columns[name] !== 'recordedAt') columns[name] = field;
    }
  }
  const { statuses, types } = mapping.given;
  return {
    ...(mapping.preset === null ? {} : { preset: mapping.preset }),
    externalSource: mapping.externalSource,
    columns,
    ignored: mapping.ignored.filter((name) => mapping.header.includes(name)),
    ...(isEmpty(statuses) ? {} : { statuses }),
    ...(isEmpty(types) ? {} : { types }),
    formats,
  };
}

const isEmpty = (pairs: Readonly<Record<string, string>> = {}): boolean => Object.keys(pairs).length === 0;

/** The text of a mapping file. */
export const formatMappingFile = (mappings: SavedMappings): string =>
  `${JSON.stringify(mappings, null, 2)}\n`;
