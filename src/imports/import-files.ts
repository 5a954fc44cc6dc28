import { ChangeLineReader, type ChangeRow } from './change-line.js';
import { CsvFile } from './files/csv-file.js';
import type { FooterLine } from './files/csv-record.js';
import type { CopyValue } from './copy-rows.js';
import { type FileReport, type ImportedFile, IMPORTED_FILES } from './import-report.js';
import type { FileOptions, ImportOptions, ImportSources } from './import-options.js';
import type { ImportStaging, LineReader } from './import-staging.js';
import { InteractionLineReader, type InteractionRow } from './interaction-line.js';
import { LeadLineReader, type LeadRow } from './lead-line.js';
import type { ReaderReport } from './line-reader.js';
import { type FileMapping, mapFile } from './mapping/map-file.js';
import { type SavedMapping, savedMapping } from './mapping/mapping-file.js';
import { REASONS_COLUMN } from './reasons-column.js';
import { foldedKey } from './values/text-folding.js';

const leadColumns = (row: LeadRow): readonly CopyValue[] => [
  row.line,
  row.email,
  row.writtenEmail,
  row.firstName,
  row.lastName,
  row.phone,
  row.budget,
  row.location,
  row.company,
  row.source,
  row.status,
  row.externalSource,
  row.externalId,
];

const interactionColumns = (row: InteractionRow): readonly CopyValue[] => [
  row.line,
  row.email ?? '',
  row.writtenEmail ?? '',
  row.leadExternalId === null ? '' : (row.externalSource ?? ''),
  row.leadExternalId ?? '',
  row.type,
  row.direction,
  row.date,
  row.notes,
  // The reader also gives the source of the id of the lead.
  row.externalId === null ? null : row.externalSource,
  row.externalId,
  row.occurrence,
  row.recordedAt,
];

const changeColumns = (row: ChangeRow): readonly CopyValue[] => [
  row.line,
  row.email ?? '',
  row.writtenEmail ?? '',
  row.externalSource ?? '',
  row.externalId ?? '',
  row.status,
  row.statusBefore,
  String(row.isCreation),
  row.budget,
  row.effectiveAt,
  row.recordedAt,
];

type LineReaderWithReport<Row> = LineReader<Row> & { report(): ReaderReport };

/** An open file of an import, with the mapping of its columns. */
export class ImportFile {
  private readonly remarks: string[] = [];

  private constructor(
    readonly kind: ImportedFile,
    readonly csv: CsvFile,
    readonly sha256: string,
    readonly mapping: FileMapping<string>,
    private readonly reader: LineReaderWithReport<unknown>,
    private readonly columnsOf: (row: never) => readonly CopyValue[],
    private readonly options: FileOptions,
  ) {}

  /** @throws ImportFileError */
  static async of(kind: ImportedFile, csv: CsvFile, options: FileOptions): Promise<ImportFile> {
    const mappingOptions = { ...options, ignored: [...(options.ignored ?? []), REASONS_COLUMN] };
    const sha256 = await csv.sha256();
    const samples = await csv.sample();
    const map = <Kind extends ImportedFile>(one: Kind) =>
      mapFile(one, csv.header, mappingOptions, csv.name, samples);
    const file = <Row>(
      mapping: FileMapping<string>,
      reader: LineReaderWithReport<Row>,
      columnsOf: (row: Row) => readonly CopyValue[],
    ) => new ImportFile(kind, csv, sha256, mapping, reader, columnsOf, options);
    switch (kind) {
      case 'leads': {
        const mapping = map(kind);
        return file(mapping, new LeadLineReader(csv.name, mapping, options), leadColumns);
      }
      case 'interactions': {
        const mapping = map(kind);
        return file(mapping, new InteractionLineReader(csv.name, mapping, options), interactionColumns);
      }
      case 'changes': {
        const mapping = map(kind);
        return file(mapping, new ChangeLineReader(csv.name, mapping, options), changeColumns);
      }
    }
  }

  /** In bytes. */
  get size(): number {
    return this.csv.size;
  }

  /** Adds a remark on the file as a whole to its report. */
  note(remark: string): void {
    this.remarks.push(remark);
  }

  /** @returns the number of lines of data @throws ImportFileError if the file does not decide a format */
  stage(staging: ImportStaging, onRead: (bytes: number) => void): Promise<number> {
    return staging.stage(this.kind, this.csv, this.reader as LineReader<never>, this.columnsOf, onRead);
  }

  /** @returns the name of the first column of a field; null: the file has none */
  columnOf(field: string): string | null {
    const [index] = this.mapping.sources[field] ?? [];
    return index === undefined ? null : (this.mapping.header[index] ?? null);
  }

  /** The parts of the report that do not depend on the database. */
  describe(): Omit<
    FileReport,
    | 'lineCount'
    | 'inserted'
    | 'updated'
    | 'unchanged'
    | 'duplicateLines'
    | 'rejectedLines'
    | 'examples'
    | 'rejections'
  > {
    const { name, size, format } = this.csv;
    const { preset, externalSource } = this.mapping;
    const { encoding, delimiter, headerLine } = format;
    return {
      name,
      size,
      sha256: this.sha256,
      encoding,
      delimiter,
      headerLine,
      preset,
      externalSource,
      columns: this.columns(),
      ...reportOf(this.reader.report(), [
        ...this.mapping.notices,
        ...this.remarks,
        ...footerNotices(this.csv.footer),
      ]),
    };
  }

  /** All that was decided, for a mapping file. */
  savedMapping(): SavedMapping {
    const { formats } = this.reader.report();
    const decided = Object.fromEntries(
      formats.flatMap(({ format, value }) => (value === null ? [] : [[format, value]])),
    );
    const { timeZone } = this.options;
    return savedMapping(this.mapping, {
      ...decided,
      ...(timeZone === undefined ? {} : { timeZone }),
    });
  }

  close(): Promise<void> {
    return this.csv.close();
  }

  private columns(): FileReport['columns'] {
    const fields = new Map<number, string>();
    for (const [field, indexes] of Object.entries(this.mapping.sources)) {
      // The recorded time may also be the date.
      for (const index of indexes ?? []) if (fields.get(index) !== 'recordedAt') fields.set(index, field);
    }
    return this.mapping.header.map((column, index) => ({ column, field: fields.get(index) ?? null }));
  }
}

const FORMAT_TEXTS: Readonly<Record<string, string>> = {
  dmy: 'day/month/year',
  mdy: 'month/day/year',
  comma: 'decimal comma',
  point: 'decimal point',
};

/** @param notices remarks on the file as a whole */
function reportOf(
  { formats, unknownValues, warnings }: ReaderReport,
  notices: readonly string[],
): Pick<FileReport, 'formats' | 'unknownValues' | 'warnings'> {
  return {
    formats: formats.flatMap(({ column, value }) =>
      value === null ? [] : [{ column, format: FORMAT_TEXTS[value] ?? value }],
    ),
    unknownValues: unknownValues.flatMap(({ column, counts }) =>
      [...counts].map(([value, count]) => ({ column, value, count })),
    ),
    warnings: [
      ...notices.map((message) => ({ message, count: 0, lines: [] })),
      ...unknownValues
        .filter(({ otherCount }) => otherCount > 0)
        .map(({ column, otherCount }) => ({
          message: `${column} has further unknown values, which are not listed`,
          count: otherCount,
          lines: [],
        })),
      ...warnings.map(({ message, count, lines }) => ({ message, count, lines })),
    ],
  };
}

const footerNotices = (footer: readonly FooterLine[]): string[] =>
  footer.map(({ line, text }) => `line ${line} is below the table and was ignored: ${text}`);

/** An option for a column applies to the files that have the column. If no file has it, each reports that. */
function withoutColumnsOf(options: FileOptions, csv: CsvFile, files: readonly CsvFile[]): FileOptions {
  const own = new Set(csv.header.map(foldedKey));
  const others = new Set(files.flatMap(({ header }) => header.map(foldedKey)));
  const columns = Object.entries(options.columns ?? {}).filter(([name]) => {
    const key = foldedKey(name);
    return own.has(key) || !others.has(key);
  });
  return { ...options, columns: Object.fromEntries(columns) };
}

/** The open files of one import. */
export class ImportFiles {
  private constructor(
    readonly leads: ImportFile | null,
    readonly interactions: ImportFile | null,
    readonly changes: ImportFile | null,
  ) {}

  /** @throws ImportFileError of the first file that is invalid */
  static async open(sources: ImportSources, options: ImportOptions): Promise<ImportFiles> {
    const opened: Partial<Record<ImportedFile, CsvFile>> = {};
    try {
      for (const kind of IMPORTED_FILES) {
        const source = sources[kind];
        if (source !== undefined) opened[kind] = await CsvFile.open(source, options[kind]);
      }
      const file = async (kind: ImportedFile) => {
        const csv = opened[kind];
        if (csv === undefined) return null;
        return ImportFile.of(kind, csv, withoutColumnsOf(options[kind], csv, Object.values(opened)));
      };
      const files = new ImportFiles(await file('leads'), await file('interactions'), await file('changes'));
      files.compareSources();
      return files;
    } catch (error) {
      for (const csv of Object.values(opened)) await csv.close();
      throw error;
    }
  }

  get all(): ImportFile[] {
    return [this.leads, this.interactions, this.changes].filter((file) => file !== null);
  }

  /** The total size in bytes. */
  get size(): number {
    return this.all.reduce((sum, { size }) => sum + size, 0);
  }

  /** A line finds no lead by its id if the ids of the two files seem to be of different systems. */
  private compareSources(): void {
    const { leads, interactions, changes } = this;
    if (leads?.columnOf('externalId') == null) return;
    const ofLeads = leads.mapping.externalSource;
    const others = [
      ...(interactions?.columnOf('leadExternalId') == null ? [] : [interactions]),
      ...(changes?.columnOf('externalId') == null ? [] : [changes]),
    ];
    for (const file of others) {
      const { externalSource } = file.mapping;
      if (externalSource === ofLeads) continue;
      file.note(
        `its ids of leads are those of ${externalSource}, but the other file has ids of ${ofLeads}; if both files are of one system, set --external-source`,
      );
    }
  }

  async close(): Promise<void> {
    for (const file of this.all) await file.close();
  }
}
