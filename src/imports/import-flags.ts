import { z } from 'zod';
import { InvalidInputError } from '../common/domain-error.js';
import { EXTERNAL_SOURCE, EXTERNAL_SOURCE_RULE } from '../common/external-id.js';
import type { FileOptions, ImportOptions } from './import-options.js';
import { parseMappingFile, type SavedMapping } from './mapping/mapping-file.js';
import { PRESET_NAMES } from './mapping/presets.js';
import { isTimeZone } from './values/local-time.js';

const DELIMITERS = {
  comma: ',',
  semicolon: ';',
  tab: '\t',
  pipe: '|',
  ',': ',',
  ';': ';',
  '\t': '\t',
  '|': '|',
} as const;
const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;

/** A pair such as `Company / Account=company`. The value follows the last equals sign. */
const PAIRS = z.array(z.string().regex(/^.*[^=]*=[^=]*$/s, 'must have the form NAME=VALUE')).optional();

const FLAGS = z.strictObject({
  encoding: z.enum(ENCODINGS).optional(),
  delimiter: z
    .enum(Object.keys(DELIMITERS) as (keyof typeof DELIMITERS)[], {
      error: 'must be comma, semicolon, tab or pipe',
    })
    .optional(),
  headerLine: z.coerce.number().int().min(1).max(1_000_000).optional(),
  preset: z.enum(PRESET_NAMES as [string, ...string[]]).optional(),
  map: PAIRS,
  mapStatus: PAIRS,
  mapType: PAIRS,
  externalSource: z.string().regex(EXTERNAL_SOURCE, EXTERNAL_SOURCE_RULE).optional(),
  strict: z.boolean().optional(),
  dateOrder: z.enum(['dmy', 'mdy']).optional(),
  decimal: z.enum(['comma', 'point']).optional(),
  timeZone: z
    .string()
    .refine(isTimeZone, 'must be the name of a time zone, such as Europe/Berlin')
    .optional(),
  allowDuplicates: z.boolean().optional(),
  recordedAsDated: z.boolean().optional(),
});

/** The options of an import as a command or a form gives them. */
export type ImportFlags = {
  readonly [Flag in keyof z.input<typeof FLAGS>]?: Flag extends
    'strict' | 'allowDuplicates' | 'recordedAsDated'
    ? boolean | undefined
    : Flag extends 'map' | 'mapStatus' | 'mapType'
      ? readonly string[] | undefined
      : string | undefined;
};

/** A mapping file as text, with its name for messages. */
export interface MappingText {
  readonly name: string;
  readonly text: string;
}

/**
 * The options of an import. Flags have precedence over a mapping file.
 * @throws BAD_USER_INPUT with every violation; IMPORT_FILE_INVALID if the mapping file is invalid
 */
export function importOptions(flags: ImportFlags, mapping: MappingText | null): ImportOptions {
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  const parsed = FLAGS.safeParse(given);
  if (!parsed.success) {
    const violations = parsed.error.issues.map(({ path, message }) => `${String(path[0])}: ${message}`);
    throw new InvalidInputError(`${violations.join('; ')}.`);
  }
  const saved = mapping === null ? {} : parseMappingFile(mapping.text, mapping.name);
  const { allowDuplicates = false, ...options } = parsed.data;
  return {
    leads: {
      ...fileOptions(options, saved.leads),
      statuses: { ...saved.leads?.statuses, ...pairs(options.mapStatus) },
    },
    interactions: {
      ...fileOptions(options, saved.interactions),
      types: { ...saved.interactions?.types, ...pairs(options.mapType) },
    },
    changes: {
      ...fileOptions(options, saved.changes),
      statuses: { ...saved.changes?.statuses, ...pairs(options.mapStatus) },
    },
    allowDuplicates,
  };
}

function fileOptions(
  flags: Omit<z.output<typeof FLAGS>, 'allowDuplicates'>,
  saved: SavedMapping = {},
): FileOptions {
  const { delimiter, map, strict, recordedAsDated, ...rest } = flags;
  const { formats, ...mapping } = saved;
  return {
    ...mapping,
    ...formats,
    ...rest,
    ...(delimiter === undefined ? {} : { delimiter: DELIMITERS[delimiter] }),
    ...(strict === undefined ? {} : { isStrict: strict }),
    ...(recordedAsDated === undefined ? {} : { isRecordedAsDated: recordedAsDated }),
    columns: { ...mapping.columns, ...pairs(map) },
  };
}

function pairs(texts: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.lastIndexOf('=');
      return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
    }),
  );
}
