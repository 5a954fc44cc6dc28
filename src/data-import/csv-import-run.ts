import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import type { CsvFile, CsvLine } from './csv-file.js';
import { ANALYZE_TABLES, PREFER_INDEXES, READ_IS_ANALYSIS_DUE } from './csv-import.sql.js';
import type { Cells } from './csv-schema.js';
import type { ImportFiles } from './import-files.js';
import {
  type ImportedFile,
  type ImportObserver,
  type ImportResult,
  type LineCounts,
  noLines,
  type RejectedLine,
} from './import-report.js';
import { readInteractionLine } from './interaction-line.js';
import { InteractionWriter } from './interaction-writer.js';
import { readLeadLine } from './lead-line.js';
import { LeadWriter } from './lead-writer.js';
import { addCounts, LineBatches, type LineWriter } from './line-batches.js';
import { AffectedLeads } from './affected-leads.js';

/** The number of lines that are read and written together, which limits memory. */
const BATCH_SIZE = 1000;

interface NumberedLine {
  readonly line: number;
}

/** Reads and writes the lines of one kind of file. */
interface LineKind<Column extends string, Line> {
  readonly name: ImportedFile;
  readonly read: (line: number, cells: Cells<Column>) => Line | RejectedLine;
  readonly write: LineWriter<Line>;
}

/** An import in one transaction. */
export class CsvImportRun {
  /** The size of the files before the current one, in bytes. */
  private bytesBefore = 0;
  private bytesRead = 0;

  private readonly batches: LineBatches;

  private constructor(
    private readonly sequelize: Sequelize,
    private readonly transaction: Transaction,
    private readonly files: ImportFiles,
    private readonly observer: ImportObserver,
    private readonly signal: AbortSignal,
    private readonly affectedLeads: AffectedLeads,
  ) {
    this.batches = new LineBatches(sequelize, transaction, signal);
  }

  static async begin(
    sequelize: Sequelize,
    transaction: Transaction,
    files: ImportFiles,
    observer: ImportObserver,
    signal: AbortSignal,
  ): Promise<CsvImportRun> {
    await sequelize.query(PREFER_INDEXES, { transaction });
    const affectedLeads = await AffectedLeads.create(sequelize, transaction);
    return new CsvImportRun(sequelize, transaction, files, observer, signal, affectedLeads);
  }

  /** Leads come first, because interactions may refer to them. */
  async importAll(): Promise<ImportResult> {
    const leadWriter = new LeadWriter(this.sequelize, this.transaction, this.affectedLeads);
    const leads = await this.importFile(this.files.leads, {
      name: 'leads',
      read: readLeadLine,
      write: (lines) => leadWriter.write(lines),
    });
    const interactionWriter = new InteractionWriter(this.sequelize, this.transaction, this.affectedLeads);
    const interactions = await this.importFile(this.files.interactions, {
      name: 'interactions',
      read: readInteractionLine,
      write: (lines) => interactionWriter.write(lines),
    });
    const scores = await this.affectedLeads.recalculate((count) => this.report('scores', count));
    this.signal.throwIfAborted();
    await this.analyze(leads.inserted, interactions.inserted);
    return {
      leads,
      interactions,
      scoreCount: scores.count,
      failedScoreCount: scores.failedCount,
      failedScores: scores.failures,
    };
  }

  /** Comes last: earlier, the statistics would contain no scores of the new leads. */
  private async analyze(leadCount: number, interactionCount: number): Promise<void> {
    const { transaction } = this;
    const [tables] = await this.sequelize.query<{ isDue: boolean }>(READ_IS_ANALYSIS_DUE, {
      type: QueryTypes.SELECT,
      transaction,
      bind: [leadCount, interactionCount],
    });
    if (tables?.isDue === true) await this.sequelize.query(ANALYZE_TABLES, { transaction });
  }

  private async importFile<Column extends string, Line extends NumberedLine>(
    file: CsvFile<Column> | null,
    kind: LineKind<Column, Line>,
  ): Promise<LineCounts> {
    if (file === null) return noLines();
    let counts = noLines();
    let lineCount = 0;
    const lines = file.lines((bytes) => (this.bytesRead = bytes));
    for await (const batch of inBatches(readAll(lines, kind))) {
      counts = addCounts(counts, await this.importBatch(batch, kind));
      lineCount += batch.length;
      this.report(kind.name, lineCount);
    }
    this.bytesBefore += file.size;
    this.bytesRead = 0;
    return counts;
  }

  private async importBatch<Column extends string, Line extends NumberedLine>(
    lines: readonly (Line | RejectedLine)[],
    { name, write }: LineKind<Column, Line>,
  ): Promise<LineCounts> {
    const good = lines.filter((line): line is Line => !('reason' in line));
    const bad = lines.filter((line): line is RejectedLine => 'reason' in line);
    const { counts, rejections } = await this.batches.write(good, write);
    for (const rejection of [...bad, ...rejections].sort((a, b) => a.line - b.line)) {
      this.observer.onRejectedLine(name, rejection);
    }
    return { ...counts, rejected: counts.rejected + bad.length };
  }

  private report(step: ImportedFile | 'scores', count: number): void {
    this.signal.throwIfAborted();
    this.observer.onProgress({
      step,
      count,
      bytesRead: this.bytesBefore + this.bytesRead,
      bytesTotal: this.files.size,
    });
  }
}

/** Validates each line as it is read, so that only lines within the length limits wait for their batch. */
async function* readAll<Column extends string, Line>(
  lines: AsyncIterable<CsvLine<Column>>,
  { read }: LineKind<Column, Line>,
): AsyncGenerator<Line | RejectedLine> {
  for await (const line of lines) {
    yield 'violation' in line ? { line: line.line, reason: line.violation } : read(line.line, line.cells);
  }
}

async function* inBatches<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item[]> {
  let batch: Item[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length === BATCH_SIZE) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
