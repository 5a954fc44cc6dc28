import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { lockBulkScoring } from '../leads/scoring/bulk-recalculation.js';
import type { AffectedScores } from './affected-leads.js';
import { type ImportFile, type ImportFiles } from './import-files.js';
import { ImportMerge } from './import-merge.js';
import {
  type FileReport,
  type ImportedFile,
  type ImportProgress,
  type ImportReport,
  type LineExamples,
  MAX_EXAMPLES,
  MAX_NAMED_REJECTIONS,
} from './import-report.js';
import { ImportStaging } from './import-staging.js';
import { COUNT_INTERACTIONS } from './interaction-merge.sql.js';
import { COUNT_IGNORED_IDS, COUNT_LEADS } from './lead-merge.sql.js';
import { analyzeIfGrown } from './table-statistics.js';
import { readRejections } from './rejections.js';

export interface RunOptions {
  /** The id of the import; null: a dry run. */
  readonly importId: number | null;
  readonly allowDuplicates: boolean;
  readonly onProgress: (progress: ImportProgress) => void;
  readonly signal: AbortSignal;
}

/** How many lines, and the first of them. */
interface LineCount {
  readonly count: number;
  readonly lines: readonly number[];
}

interface Outcome extends LineCount {
  readonly action: 'insert' | 'update' | 'unchanged' | 'duplicate';
}

const IGNORED_ID = 'ids are ignored, because the lead has an external id of another system';

const OUTCOMES = {
  insert: 'inserted',
  update: 'updated',
  unchanged: 'unchanged',
  duplicate: 'duplicate',
} as const;

/** An import within one transaction: stages the files, merges them with leads and interactions, and reports. */
export class ImportRun {
  constructor(
    private readonly sequelize: Sequelize,
    private readonly transaction: Transaction,
    private readonly files: ImportFiles,
    private readonly options: RunOptions,
  ) {}

  /**
   * @throws ImportFileError if a file does not decide a format; the errors of `ImportMerge`. The caller must then roll back.
   */
  async run(): Promise<ImportReport> {
    const lineCounts = await this.stage();
    // Reading takes long and needs no lock.
    if (this.options.importId !== null) await lockBulkScoring(this.sequelize, this.transaction);
    const kinds = this.files.all.map(({ kind }) => kind);
    const merge = new ImportMerge(this.sequelize, this.transaction, { ...this.options, kinds });
    const scores = await merge.run();
    const report = await this.report(lineCounts, scores);
    if (this.options.importId !== null) {
      await analyzeIfGrown(this.sequelize, this.transaction, {
        leads: report.leads?.inserted ?? 0,
        interactions: report.interactions?.inserted ?? 0,
      });
    }
    return report;
  }

  private async stage(): Promise<Record<ImportedFile, number>> {
    const staging = await ImportStaging.create(this.sequelize, this.transaction);
    const counts = { leads: 0, interactions: 0 };
    let bytesBefore = 0;
    for (const file of this.files.all) {
      counts[file.kind] = await file.stage(staging, (bytes) => {
        this.options.signal.throwIfAborted();
        const doneCount = bytesBefore + bytes;
        this.options.onProgress({ step: 'reading', file: file.kind, doneCount, totalCount: this.files.size });
      });
      bytesBefore += file.size;
    }
    return counts;
  }

  private async report(
    lineCounts: Record<ImportedFile, number>,
    scores: AffectedScores | null,
  ): Promise<ImportReport> {
    const reportOf = async (file: ImportFile | null) =>
      file === null ? null : this.fileReport(file, lineCounts[file.kind]);
    return {
      leads: await reportOf(this.files.leads),
      interactions: await reportOf(this.files.interactions),
      scoreCount: scores?.count ?? 0,
      failedScoreCount: scores?.failedCount ?? 0,
      failedScores: scores?.failures ?? [],
    };
  }

  private async fileReport(file: ImportFile, lineCount: number): Promise<FileReport> {
    const isOfLeads = file.kind === 'leads';
    const outcomes = await this.count<Outcome>(isOfLeads ? COUNT_LEADS : COUNT_INTERACTIONS);
    const ignoredIds = isOfLeads ? await this.count<LineCount>(COUNT_IGNORED_IDS) : [];
    const countOf = (action: Outcome['action']) => outcomes.find((one) => one.action === action)?.count ?? 0;
    const { count: rejectedLines, rejections } = await readRejections(
      this.sequelize,
      this.transaction,
      file,
      MAX_NAMED_REJECTIONS,
    );
    const described = file.describe();
    return {
      ...described,
      warnings: [
        ...described.warnings,
        ...ignoredIds
          .filter(({ count }) => count > 0)
          .map(({ count, lines }) => ({ message: IGNORED_ID, count, lines })),
      ],
      lineCount,
      inserted: countOf('insert'),
      updated: countOf('update'),
      unchanged: countOf('unchanged'),
      duplicateLines: countOf('duplicate'),
      rejectedLines,
      examples: examplesOf(outcomes),
      rejections,
    };
  }

  /** @param sql with the number of first lines as its parameter */
  private count<Row extends LineCount>(sql: string): Promise<Row[]> {
    return this.sequelize.query<Row>(sql, {
      type: QueryTypes.SELECT,
      transaction: this.transaction,
      bind: [MAX_EXAMPLES],
    });
  }
}

const examplesOf = (outcomes: readonly Outcome[]): LineExamples[] =>
  (Object.keys(OUTCOMES) as Outcome['action'][]).flatMap((action) => {
    const found = outcomes.find((one) => one.action === action);
    return found === undefined ? [] : [{ outcome: OUTCOMES[action], lines: found.lines }];
  });
