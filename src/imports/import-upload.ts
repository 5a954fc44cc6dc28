import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { MultipartFile, MultipartValue } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { InvalidInputError } from '../common/domain-error.js';
import type { ImportFlags, MappingText } from './import-flags.js';
import type { ImportSource, ImportSources } from './import-options.js';

const MAX_MAPPING_BYTES = 1_048_576;
const MAX_FIELDS = 200;
const MAX_FIELD_BYTES = 65_536;

const FILES = ['leads', 'interactions', 'mapping'] as const;
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
const SWITCHES = ['strict', 'allowDuplicates', 'dryRun'] as const;
const FIELDS: ReadonlySet<string> = new Set([...TEXTS, ...LISTS, ...SWITCHES]);

/** The files and options of a request to import. The files are in a temporary directory. */
export class ImportUpload {
  private constructor(
    private readonly directory: string,
    readonly sources: ImportSources,
    readonly flags: ImportFlags,
    readonly mapping: MappingText | null,
    readonly isDryRun: boolean,
  ) {}

  /**
   * Stores the files of a form on disk as they arrive. If the client disconnects, nothing is left behind.
   * @param maxFileBytes the maximum size of each file
   * @throws BAD_USER_INPUT if the form is invalid; an error with status 413 if a file is too large
   */
  static async receive(request: FastifyRequest, maxFileBytes: number): Promise<ImportUpload> {
    if (!request.isMultipart()) {
      throw new InvalidInputError(
        'Send the files as multipart/form-data, for example with curl -F leads=@leads.csv.',
      );
    }
    const directory = await mkdtemp(path.join(os.tmpdir(), 'lead-scoring-import-'));
    try {
      return await readForm(directory, request, maxFileBytes);
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  static from(
    directory: string,
    files: ReadonlyMap<string, ImportSource>,
    fields: ReadonlyMap<string, readonly string[]>,
    mapping: MappingText | null,
  ): ImportUpload {
    const sources = Object.fromEntries([...files].filter(([name]) => name !== 'mapping'));
    if (Object.keys(sources).length === 0)
      throw new InvalidInputError('The form has neither leads nor interactions.');
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
    };
    return new ImportUpload(directory, sources, flags, mapping, switchOf('dryRun', fields) ?? false);
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

async function readForm(
  directory: string,
  request: FastifyRequest,
  maxFileBytes: number,
): Promise<ImportUpload> {
  const files = new Map<string, ImportSource>();
  const fields = new Map<string, string[]>();
  const limits = {
    fileSize: maxFileBytes,
    files: FILES.length,
    fields: MAX_FIELDS,
    fieldSize: MAX_FIELD_BYTES,
  };
  for await (const part of request.parts({ limits })) {
    if (part.type === 'file') files.set(part.fieldname, await store(part, directory, files));
    else addField(part, fields);
  }
  const mapping = files.get('mapping');
  const text =
    mapping === undefined ? null : { name: mapping.name, text: await readFile(mapping.path, 'utf8') };
  if (text !== null && text.text.length > MAX_MAPPING_BYTES)
    throw new InvalidInputError('mapping is too long.');
  return ImportUpload.from(directory, files, fields, text);
}

async function store(
  { fieldname, filename, file }: MultipartFile,
  directory: string,
  files: ReadonlyMap<string, ImportSource>,
): Promise<ImportSource> {
  if (!FILES.some((name) => name === fieldname)) {
    throw new InvalidInputError(
      `The form has an unknown file ${JSON.stringify(fieldname)}: use ${FILES.join(', ')}.`,
    );
  }
  if (files.has(fieldname)) throw new InvalidInputError(`The form has the file ${fieldname} twice.`);
  const target = path.join(directory, fieldname);
  await pipeline(file, createWriteStream(target));
  return { path: target, name: path.basename(filename === '' ? fieldname : filename) };
}

function addField({ fieldname, value }: MultipartValue, fields: Map<string, string[]>): void {
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
