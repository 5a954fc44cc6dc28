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
  type ImportWarning,
  type LineExamples,
  MAX_EXAMPLES,
  MAX_NAMED_REJECTIONS,
} from './import-report.js';
import { ImportStaging } from './import-staging.js';
import * as changes from './change-merge.sql.js';
import * as interactions from './interaction-merge.sql.js';
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

const RECORDED_NOW =
  'lines have no recorded time, so they count as known only from this import on; to count them as known from their date on, import them with --recorded-as-dated instead (undo this import first)';

interface Outcome extends LineCount {
  readonly action: 'insert' | 'update' | 'unchanged' | 'duplicate';
}

/** The statements that count the lines of a kind of file. Their parameter is the number of first lines. */
const COUNTS: Readonly<
  Record<ImportedFile, { readonly outcomes: string; readonly remarks: Readonly<Record<string, string>> }>
> = {
  leads: {
    outcomes: COUNT_LEADS,
    remarks: {
      'ids are ignored, because the lead has an external id of another system': COUNT_IGNORED_IDS,
    },
  },
  interactions: {
    outcomes: interactions.COUNT_INTERACTIONS,
    remarks: { [RECORDED_NOW]: interactions.COUNT_RECORDED_NOW },
  },
  changes: {
    outcomes: changes.COUNT_CHANGES,
    remarks: {
      [RECORDED_NOW]: changes.COUNT_RECORDED_NOW,
      'changes of one lead have the same date; those with a status take effect first, each in the order of the file':
        changes.COUNT_SIMULTANEOUS,
      'the history of the lead begins with this line, so neither a backtest nor a past score knows since when the lead was open; add the line of its creation':
        changes.COUNT_WITHOUT_BEGINNING,
      'source, company, location and e-mail domain of the changes are those of the lead now, because the file does not have those of then':
        changes.COUNT_PRESENT_DETAILS,
    },
  },
};

const OUTCOMES = {
  insert: 'inserted',
  update: 'updated',
  unchanged: 'unchanged',
  duplicate: 'duplicate',
} as const;

/** An import within one transaction: stages the files, merges them with leads, interactions and changes, and reports. */
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
        changes: report.changes?.inserted ?? 0,
      });
    }
    return report;
  }

  private async stage(): Promise<Record<ImportedFile, number>> {
    const staging = await ImportStaging.create(this.sequelize, this.transaction);
    const counts = { leads: 0, interactions: 0, changes: 0 };
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
      changes: await reportOf(this.files.changes),
      scoreCount: scores?.count ?? 0,
      failedScoreCount: scores?.failedCount ?? 0,
      failedScores: scores?.failures ?? [],
    };
  }

  private async fileReport(file: ImportFile, lineCount: number): Promise<FileReport> {
    const counts = COUNTS[file.kind];
    const outcomes = await this.count<Outcome>(counts.outcomes);
    const remarks: ImportWarning[] = [];
    for (const [message, sql] of Object.entries(counts.remarks)) {
      for (const { count, lines } of await this.count<LineCount>(sql)) {
        if (count > 0) remarks.push({ message, count, lines });
      }
    }
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
      warnings: [...described.warnings, ...remarks],
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
