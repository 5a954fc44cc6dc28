import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { MultipartFile, MultipartValue } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { InvalidInputError } from '../common/domain-error.js';
import type { CsvSource } from './files/csv-source.js';
import { readBytes } from './files/file-chunks.js';
import type { ImportFlags, MappingText } from './import-flags.js';
import type { ImportSources } from './import-options.js';
import { IMPORTED_FILES } from './import-report.js';

const MAX_MAPPING_BYTES = 1_048_576;
const MAX_FIELDS = 200;
const MAX_FIELD_BYTES = 65_536;

const FILES = [...IMPORTED_FILES, 'mapping'] as const;
const TEXTS = [
  'encoding',
  'delimiter',
  'headerLine',
  'preset',
  'externalSource',
  'dateOrder',
  'decimal',
  'timeZone',
] as const;
const LISTS = ['map', 'mapStatus', 'mapType'] as const;
const SWITCHES = ['strict', 'allowDuplicates', 'recordedAsDated', 'dryRun'] as const;
const FIELDS: ReadonlySet<string> = new Set([...TEXTS, ...LISTS, ...SWITCHES]);

/** The files and options of a request to import. */
export class ImportUpload {
  private constructor(
    readonly sources: ImportSources,
    readonly flags: ImportFlags,
    readonly mapping: MappingText | null,
    readonly isDryRun: boolean,
    private readonly files: UploadedFiles,
  ) {}

  /**
   * Stores the files of a form on disk as they arrive. If the client disconnects, or the process is killed, nothing is left behind.
   * @param maxFileBytes the maximum size of each file
   * @throws BAD_USER_INPUT if the form is invalid; an error with status 413 if a file is too large
   */
  static async receive(request: FastifyRequest, maxFileBytes: number): Promise<ImportUpload> {
    if (!request.isMultipart()) {
      throw new InvalidInputError(
        'Send the files as multipart/form-data, for example with curl -F leads=@leads.csv.',
      );
    }
    const files = new UploadedFiles();
    const fields = new Map<string, string[]>();
    const limits = {
      fileSize: maxFileBytes,
      files: FILES.length,
      fields: MAX_FIELDS,
      fieldSize: MAX_FIELD_BYTES,
    };
    try {
      for await (const part of request.parts({ limits })) {
        if (part.type === 'file') await files.store(part);
        else addField(part, fields);
      }
      return ImportUpload.from(files, fields, await files.mapping());
    } catch (error) {
      await files.close();
      throw isBrokenForm(error)
        ? new InvalidInputError('The form has no boundary, or ends before its last one.')
        : error;
    }
  }

  private static from(
    files: UploadedFiles,
    fields: ReadonlyMap<string, readonly string[]>,
    mapping: MappingText | null,
  ): ImportUpload {
    const { sources } = files;
    if (Object.keys(sources).length === 0)
      throw new InvalidInputError(`The form has no file: use ${IMPORTED_FILES.join(', ')}.`);
    const text = (name: (typeof TEXTS)[number]) => only(name, fields.get(name));
    const flags: ImportFlags = {
      encoding: text('encoding'),
      delimiter: text('delimiter'),
      headerLine: text('headerLine'),
      preset: text('preset'),
      externalSource: text('externalSource'),
      dateOrder: text('dateOrder'),
      decimal: text('decimal'),
      timeZone: text('timeZone'),
      map: fields.get('map'),
      mapStatus: fields.get('mapStatus'),
      mapType: fields.get('mapType'),
      strict: switchOf('strict', fields),
      allowDuplicates: switchOf('allowDuplicates', fields),
      recordedAsDated: switchOf('recordedAsDated', fields),
    };
    return new ImportUpload(sources, flags, mapping, switchOf('dryRun', fields) ?? false, files);
  }

  /** Frees the disk space of the files. */
  close(): Promise<void> {
    return this.files.close();
  }
}

type FileField = (typeof FILES)[number];

/** The files of a form. They have no names on disk, so that the operating system removes them with their process. */
class UploadedFiles {
  private readonly files = new Map<FileField, { readonly name: string; readonly file: FileHandle }>();

  get sources(): ImportSources {
    const sourceOf = (field: FileField): CsvSource | undefined => {
      const stored = this.files.get(field);
      return stored && { name: stored.name, open: () => Promise.resolve(stored.file) };
    };
    return Object.fromEntries(
      IMPORTED_FILES.flatMap((kind) => {
        const source = sourceOf(kind);
        return source === undefined ? [] : [[kind, source]];
      }),
    );
  }

  /** @throws BAD_USER_INPUT if the form has no such file, or the file twice */
  async store({ fieldname, filename, file: content }: MultipartFile): Promise<void> {
    const field = FILES.find((name) => name === fieldname);
    if (field === undefined) {
      throw new InvalidInputError(
        `The form has an unknown file ${JSON.stringify(fieldname)}: use ${FILES.join(', ')}.`,
      );
    }
    if (this.files.has(field)) throw new InvalidInputError(`The form has the file ${field} twice.`);
    const file = await openWithoutName();
    this.files.set(field, { name: path.basename(filename === '' ? field : filename), file });
    await writeFile(file, content);
  }

  /** @throws BAD_USER_INPUT if the mapping is too long */
  async mapping(): Promise<MappingText | null> {
    const stored = this.files.get('mapping');
    if (stored === undefined) return null;
    const { size } = await stored.file.stat();
    if (size > MAX_MAPPING_BYTES) throw new InvalidInputError('mapping is too long.');
    return { name: stored.name, text: (await readBytes(stored.file, 0, size)).toString('utf8') };
  }

  async close(): Promise<void> {
    for (const { file } of this.files.values()) await file.close();
  }
}

async function openWithoutName(): Promise<FileHandle> {
  const name = path.join(os.tmpdir(), `lead-scoring-import-${randomUUID()}`);
  const file = await open(name, 'wx+', 0o600);
  try {
    await unlink(name);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The parser of forms has no codes for its errors. */
const isBrokenForm = (error: unknown): boolean =>
  error instanceof Error &&
  /^(?:Unexpected end of multipart data|Multipart: Boundary not found)$/.test(error.message);

function addField({ fieldname, value }: MultipartValue, fields: Map<string, string[]>): void {
  if (FILES.some((name) => name === fieldname)) {
    throw new InvalidInputError(
      `${fieldname} must be a file, for example with curl -F ${fieldname}=@${fieldname}.${fieldname === 'mapping' ? 'json' : 'csv'}.`,
    );
  }
  if (!FIELDS.has(fieldname)) {
    throw new InvalidInputError(
      `The form has an unknown field ${JSON.stringify(fieldname)}: use ${[...FIELDS].join(', ')}.`,
    );
  }
  const given = fields.get(fieldname) ?? [];
  given.push(String(value));
  fields.set(fieldname, given);
}

function only(name: string, values: readonly string[] = []): string | undefined {
  if (values.length > 1) throw new InvalidInputError(`${name} can be given only once.`);
  return values[0];
}

function switchOf(
  name: (typeof SWITCHES)[number],
  fields: ReadonlyMap<string, readonly string[]>,
): boolean | undefined {
  const value = only(name, fields.get(name));
  if (value === undefined) return undefined;
  if (value !== 'true' && value !== 'false') throw new InvalidInputError(`${name} must be true or false.`);
  return value === 'true';
}
