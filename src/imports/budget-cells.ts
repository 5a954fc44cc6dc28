import type { FileRecord, FormatColumns, LineReader } from './line-reader.js';
import type { FormatOptions } from './mapping/mapping-file.js';
import { AmountColumn } from './values/amount-column.js';

const OPTION = '--decimal comma or --decimal point';

/** Reads the budget of a line, and decides the decimal mark of each column. */
export class BudgetCells {
  private readonly columns: ReadonlyMap<number, AmountColumn>;

  constructor(
    private readonly reader: LineReader<'budget'>,
    private readonly formats: FormatOptions,
  ) {
    const { mapping } = reader;
    // Our own export has points. A column without decimals has nothing to decide.
    const decimal = formats.decimal ?? (mapping.isOwnExport ? 'point' : null);
    this.columns = new Map(
      (mapping.sources.budget ?? []).map((column) => [column, new AmountColumn(decimal)]),
    );
  }

  assumeFrom(records: readonly FileRecord[]): void {
    for (const record of records) {
      for (const [column, budgets] of this.columns) {
        const text = (record.cells[column] ?? '').trim();
        if (text !== '') budgets.assumeFrom(text);
      }
    }
  }

  /** Returns a decimal text; null if the line has no budget, or if it is invalid, which rejects the line. */
  read(record: FileRecord): string | null {
    const text = this.reader.find('budget', record);
    const { column } = this.reader;
    const budgets = text === '' ? undefined : this.columns.get(column);
    if (budgets === undefined) return null;
    const result = budgets.read(text, record.line);
    if (typeof result === 'string') return result;
    this.reader.reject(column, `budget ${result.violation}`, record.cells[column] ?? null);
    return null;
  }

  /** The columns to settle. */
  get format(): FormatColumns {
    return {
      columns: this.columns,
      format: 'decimal',
      option: OPTION,
      isGiven: this.formats.decimal !== undefined,
    };
  }
}
