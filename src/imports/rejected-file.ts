import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { Sequelize, Transaction } from 'sequelize';
import { DomainError } from '../common/domain-error.js';
import { errorCodeOf } from '../database/connection-errors.js';
import { joinCells } from './files/data-records.js';
import type { ImportFile, ImportFiles } from './import-files.js';
import { type ImportedFile, violationText } from './import-report.js';
import { REASONS_COLUMN, WHOLE_LINE } from './reasons-column.js';
import { allRejections } from './rejections.js';

/**
 * Writes the rejected lines of each file as CSV: the cells and the delimiter of the file, with the reasons in a last column. The
 * file can be mended and imported. It is UTF-8.
 * @param paths the file to write for each kind; without a path, none is written
 * @throws IMPORT_FAILED if a file cannot be written
 */
export async function writeRejected(
  sequelize: Sequelize,
  transaction: Transaction,
  files: ImportFiles,
  paths: Readonly<Partial<Record<ImportedFile, string>>>,
): Promise<void> {
  for (const file of files.all) {
    const path = paths[file.kind];
    if (path === undefined) continue;
    try {
      await writeFile(rejectedLines(sequelize, transaction, file), path);
    } catch (error) {
      await rm(partOf(path), { force: true });
      if (!(error instanceof Error && 'syscall' in error)) throw error;
      throw new DomainError(
        'IMPORT_FAILED',
        `${path} cannot be written (${errorCodeOf(error)}). Nothing was imported.`,
        {
          cause: error,
        },
      );
    }
  }
}

const partOf = (path: string): string => `${path}.part`;

/** An existing file is replaced only when the new one is complete. */
async function writeFile(lines: AsyncIterable<string>, path: string): Promise<void> {
  const stream = createWriteStream(partOf(path));
  await writeAll(lines, stream);
  await rename(partOf(path), path);
}

async function writeAll(lines: AsyncIterable<string>, stream: WriteStream): Promise<void> {
  const ended = finished(stream);
  ended.catch(() => undefined);
  for await (const line of lines) if (!stream.write(line)) await Promise.race([once(stream, 'drain'), ended]);
  stream.end();
  await ended;
}

/** Reads the file again, beside the rejections in the same order. */
async function* rejectedLines(
  sequelize: Sequelize,
  transaction: Transaction,
  file: ImportFile,
): AsyncGenerator<string> {
  const { delimiter } = file.csv.format;
  const line = (cells: readonly string[]) => `${joinCells(cells, delimiter)}\r\n`;
  const isMended = (name: string) => name.trim() === REASONS_COLUMN;
  const columns = file.csv.header.flatMap((name, index) => (isMended(name) ? [] : [index]));
  yield line([...columns.map((index) => file.csv.header[index] ?? ''), REASONS_COLUMN]);
  const rejections = allRejections(sequelize, transaction, file);
  let next = await rejections.next();
  for await (const records of file.csv.records(() => undefined)) {
    for (const record of records) {
      if (next.done === true) return;
      if (record.line !== next.value.line) continue;
      // A line that is no record, such as one with an open quote, is kept as the text of its first cell.
      const cells = 'violation' in record ? [record.text] : record.cells;
      const given = columns.map((index) => cells[index] ?? '');
      const reasons = next.value.violations.map(violationText).join('; ');
      yield line([...given, 'violation' in record ? `${WHOLE_LINE}${reasons}` : reasons]);
      next = await rejections.next();
    }
  }
}
