import type { CsvRecord, FooterLine } from './csv-record.js';
import type { Delimiter } from './file-format.js';
import { excerptOf, type SplitRecord } from './record-splitter.js';
import { filledWidth, isBlankRecord } from './table-detection.js';

/**
 * Excel writes 16 rows at once, and omits the columns at the end that are empty in all of them. Hence all records of
 * such a block have the same number of cells.
 */
const EXCEL_BLOCK_ROWS = 16;

/** Reports of Salesforce end with such lines, after a blank one. */
const SALESFORCE_FOOTER = /^Copyright \(c\) .*salesforce|^Confidential Information - Do Not Distribute/i;

/** The maximum number of lines below the table. */
const MAX_FOOTER_LINES = 20;

const SPACE = 0x20;

interface FooterCandidate {
  readonly footer: FooterLine;
  readonly invalid: CsvRecord;
}

type SplitCells = Extract<SplitRecord, { cells: unknown }>;

/**
 * Turns the records after the header into records with one cell for each column. Blank records are skipped, and records
 * with a wrong number of cells are invalid.
 */
export class DataRecords {
  /** The first records of a block. */
  private pending: readonly SplitRecord[] = [];
  private rowsToBlockEnd: number;
  private isFirstBlock = true;
  /** Excel never omits cells of the first block, because it contains the header. */
  private isFirstBlockComplete = true;
  private isBelowBlank = false;
  /** Invalid records that may belong to a footer. */
  private footerCandidates: FooterCandidate[] = [];
  /** A header may end with delimiters that the other lines do not have. */
  private readonly minimumWidth: number;

  constructor(
    private readonly header: readonly string[],
    headerLine: number,
    private readonly delimiter: Delimiter,
  ) {
    this.minimumWidth = filledWidth(header);
    this.rowsToBlockEnd = EXCEL_BLOCK_ROWS - (headerLine % EXCEL_BLOCK_ROWS);
  }

  take(records: readonly SplitRecord[]): CsvRecord[] {
    const rows = this.pending.length === 0 ? records : [...this.pending, ...records];
    const valid: CsvRecord[] = [];
    let start = 0;
    for (let end = this.rowsToBlockEnd; end <= rows.length; end += EXCEL_BLOCK_ROWS) {
      this.addBlock(rows, start, end, valid);
      this.isFirstBlock = false;
      this.rowsToBlockEnd = EXCEL_BLOCK_ROWS;
      start = end;
    }
    this.pending = rows.slice(start);
    return valid;
  }

  /** Returns the records at the end of the file, and the lines below the table. */
  end(): { readonly records: CsvRecord[]; readonly footer: readonly FooterLine[] } {
    const records: CsvRecord[] = [];
    this.addBlock(this.pending, 0, this.pending.length, records);
    this.pending = [];
    const footer = this.footerCandidates.map((candidate) => candidate.footer);
    if (footer.some(({ text }) => SALESFORCE_FOOTER.test(text))) return { records, footer };
    return { records: records.concat(this.footerCandidates.map(({ invalid }) => invalid)), footer: [] };
  }

  private addBlock(rows: readonly SplitRecord[], start: number, end: number, records: CsvRecord[]): void {
    for (let index = start; index < end; index += 1) {
      const record = rows[index]!;
      // Fast for the most frequent records.
      if (
        'cells' in record &&
        record.cells.length === this.header.length &&
        (record.cells[0]?.charCodeAt(0) ?? 0) > SPACE
      ) {
        this.add(record, records);
      } else if (isBlankRecord(record)) {
        this.isBelowBlank = true;
      } else if (!('cells' in record)) {
        this.add(record, records);
      } else {
        this.addFitted(record, rows.slice(start, end), records);
      }
    }
  }

  private add(record: CsvRecord, records: CsvRecord[]): void {
    if (this.footerCandidates.length > 0) {
      records.push(...this.footerCandidates.map(({ invalid }) => invalid));
      this.footerCandidates = [];
    }
    this.isBelowBlank = false;
    records.push(record);
  }

  private addFitted(record: SplitCells, block: readonly SplitRecord[], records: CsvRecord[]): void {
    const { cells } = record;
    const { header } = this;
    if (
      filledWidth(cells) <= header.length &&
      (cells.length >= this.minimumWidth || this.isExcelBlock(block))
    ) {
      this.add({ ...record, cells: header.map((_, index) => cells[index] ?? '') }, records);
      return;
    }
    if (this.isFirstBlock) this.isFirstBlockComplete = false;
    const invalid = {
      line: record.line,
      violation: this.violationOf(record),
      text: excerptOf(joinCells(cells, this.delimiter)),
    };
    const [first = ''] = cells;
    const mayBeFooter = cells.length === 1 && this.isBelowBlank && this.minimumWidth > 1;
    if (mayBeFooter && this.footerCandidates.length < MAX_FOOTER_LINES) {
      this.footerCandidates.push({ footer: { line: record.line, text: excerptOf(first) }, invalid });
    } else {
      this.add(invalid, records);
    }
  }

  /** Whether Excel may have omitted the last cells of all records. A single record may also be a truncated one. */
  private isExcelBlock(block: readonly SplitRecord[]): boolean {
    const [first] = block;
    if (
      this.isFirstBlock ||
      !this.isFirstBlockComplete ||
      block.length < 2 ||
      first === undefined ||
      !('cells' in first)
    )
      return false;
    const width = first.cells.length;
    return width > 1 && block.every((record) => 'cells' in record && record.cells.length === width);
  }

  private violationOf({ line, endLine, cells }: SplitCells): string {
    const { header } = this;
    const where = endLine > line ? ` (its quoted text ends on line ${endLine})` : '';
    const proposal =
      cells.length > header.length
        ? 'quote the cells that contain a delimiter'
        : 'add the missing cells, and quote the cells that contain a line break';
    return `it has ${countOf(cells.length, 'cell')}, but the header has ${countOf(header.length, 'column')}${where}; ${proposal}`;
  }
}

const countOf = (count: number, name: string): string => `${count} ${name}${count === 1 ? '' : 's'}`;

export function joinCells(cells: readonly string[], delimiter: Delimiter): string {
  return cells
    .map((cell) =>
      cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell,
    )
    .join(delimiter);
}
