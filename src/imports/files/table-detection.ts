import { DELIMITERS, type Delimiter } from './file-format.js';
import { RecordSplitter, type SplitRecord } from './record-splitter.js';

/** Enough to decide, and few enough to decide quickly. */
const MAX_RECORDS = 200;
const MAX_CHARACTERS = 2_097_152;

/** The first line of files made for Excel names the delimiter. */
const SEPARATOR_LINE = /^"?sep=(.)"?[,;\t| ]*$/i;

/** The beginning of a file, split at one delimiter. */
interface Sample {
  readonly delimiter: Delimiter;
  /** Without blank ones. */
  readonly records: readonly SplitRecord[];
}

/** Where the table starts in a sample. */
export interface TableStart {
  readonly delimiter: Delimiter;
  /** The first record that is wide enough to be a header; undefined if there are no records. */
  readonly header: SplitRecord | undefined;
  /** The share of records that have the cells of the header. 0 if the delimiter does not split the header. */
  readonly score: number;
}

/** The delimiter that the line `sep=;` names; null if it is another line. */
export const separatorOf = (line: string): string | null => SEPARATOR_LINE.exec(line)?.[1] ?? null;

/** Reads only the first records. @param startLine the records of earlier lines are ignored */
export async function readSamples(
  texts: AsyncIterable<string>,
  delimiters: readonly Delimiter[],
  startLine: number,
): Promise<Sample[]> {
  const samples = delimiters.map((delimiter) => ({
    delimiter,
    splitter: new RecordSplitter(delimiter, startLine),
    records: [] as SplitRecord[],
  }));
  const takeRecords = (): void => {
    for (const { splitter, records } of samples) {
      while (records.length < MAX_RECORDS) {
        const taken = splitter.take(MAX_RECORDS - records.length);
        if (taken.length === 0) break;
        records.push(...taken.filter((record) => !isBlankRecord(record)));
      }
    }
  };
  let characters = 0;
  for await (const text of texts) {
    for (const { splitter } of samples) splitter.push(text);
    takeRecords();
    if (samples.every(({ splitter }) => splitter.hasStarted)) characters += text.length;
    if (characters > MAX_CHARACTERS || samples.some(({ records }) => records.length === MAX_RECORDS)) {
      return samples;
    }
  }
  for (const { splitter } of samples) splitter.end();
  takeRecords();
  return samples;
}

export function isBlankRecord(record: SplitRecord): boolean {
  return 'cells' in record && record.cells.every(isBlankCell);
}

/** The character 1A is the end of a file of DOS. */
const isBlankCell = (cell: string): boolean => cell === '' || cell.trim() === '' || cell === '\x1a';

/** Chooses the delimiter under which most records have the cells of the header; of equal ones, the one with most cells. */
export function detectTable(samples: readonly Sample[], isHeaderFirst: boolean): TableStart {
  const starts = samples.map((sample) => tableStartOf(sample, isHeaderFirst));
  const best = starts.reduce((chosen, start) => (isBetter(start, chosen) ? start : chosen));
  if (best.score > 0) return best;
  // A table with one column has no delimiter.
  return starts.find(({ delimiter }) => delimiter === DELIMITERS[0]) ?? best;
}

function isBetter(start: TableStart, other: TableStart): boolean {
  return start.score !== other.score
    ? start.score > other.score
    : widthOf(start.header) > widthOf(other.header);
}

function tableStartOf({ delimiter, records }: Sample, isHeaderFirst: boolean): TableStart {
  const widths = records.map((record) =>
    'cells' in record ? filledWidth(record.cells) : record.text.split(delimiter).length,
  );
  const typical = typicalWidth(records, widths);
  // Titles and filters above the table have fewer cells. Records of the table may lack cells, too, if they are empty.
  const isWide = (width: number) => width > Math.max(1, Math.floor(typical / 2));
  const index = isHeaderFirst || typical < 2 ? 0 : Math.max(0, widths.findIndex(isWide));
  const header = records[index];
  const width = widthOf(header);
  const fitting = records.slice(index).filter((record) => hasWidth(record, width));
  return { delimiter, header, score: width < 2 ? 0 : fitting.length / records.length };
}

/** The width that covers most cells. */
function typicalWidth(records: readonly SplitRecord[], widths: readonly number[]): number {
  const cells = new Map<number, number>();
  for (const [index, width] of widths.entries()) {
    if ('cells' in (records[index] ?? {})) cells.set(width, (cells.get(width) ?? 0) + width);
  }
  let typical = 0;
  for (const [width, count] of cells) {
    const most = cells.get(typical) ?? 0;
    if (count > most || (count === most && width > typical)) typical = width;
  }
  return typical;
}

const widthOf = (record: SplitRecord | undefined): number =>
  record !== undefined && 'cells' in record ? filledWidth(record.cells) : 0;

const hasWidth = (record: SplitRecord, width: number): boolean =>
  'cells' in record && record.cells.length >= width && filledWidth(record.cells) <= width;

/** The number of cells without the empty ones at the end. */
export function filledWidth(cells: readonly string[]): number {
  return cells.findLastIndex((cell) => !isBlankCell(cell)) + 1;
}
