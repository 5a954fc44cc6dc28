import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CsvFile } from '../../../src/imports/files/csv-file.js';
import { sourceAt } from '../../../src/imports/files/csv-source.js';
import type { CsvRecord } from '../../../src/imports/files/csv-record.js';
import {
  DELIMITERS,
  type Delimiter,
  ENCODINGS,
  type Encoding,
  type FileFormatOptions,
} from '../../../src/imports/files/file-format.js';
import { RecordSplitter, type SplitRecord } from '../../../src/imports/files/record-splitter.js';
import { ImportFileError } from '../../../src/imports/import-file-error.js';
import { temporaryDirectory, type TemporaryDirectory } from '../../support/temporary-directory.js';

let directory: TemporaryDirectory;
beforeAll(async () => {
  directory = await temporaryDirectory();
});
afterAll(() => directory.remove());

const LINE_BREAKS = ['\n', '\r\n', '\r'] as const;

async function read(
  content: Buffer,
  options: FileFormatOptions,
): Promise<{ file: CsvFile; records: CsvRecord[] }> {
  const stored = path.join(directory.path, 'stored.csv');
  await writeFile(stored, content);
  const file = await CsvFile.open(sourceAt(stored, 'leads.csv'), options);
  try {
    const records: CsvRecord[] = [];
    for await (const batch of file.records(() => undefined)) records.push(...batch);
    return { file, records };
  } finally {
    await file.close();
  }
}

/** Characters with a meaning in CSV are frequent. Windows-1252 has all of them. */
const cell = fc
  .array(
    fc.constantFrom(
      'a',
      'B',
      '7',
      ' ',
      '"',
      ',',
      ';',
      '\t',
      '|',
      '\n',
      '\r',
      '\r\n',
      'é',
      'ß',
      '€',
      '“',
      '=',
    ),
    {
      maxLength: 8,
    },
  )
  .map((parts) => parts.join(''));

const table = fc.integer({ min: 2, max: 5 }).chain((width) =>
  fc.array(
    // The first cell of a blank record is not empty, because blank records are skipped.
    fc.tuple(
      cell.map((text) => `x${text}`),
      fc.array(fc.record({ text: cell, isQuoted: fc.boolean() }), {
        minLength: width - 1,
        maxLength: width - 1,
      }),
    ),
    { minLength: 1, maxLength: 12 },
  ),
);

const layout = fc.record({
  encoding: fc.constantFrom<Encoding>(...ENCODINGS),
  hasBom: fc.boolean(),
  delimiter: fc.constantFrom<Delimiter>(...DELIMITERS),
  lineBreak: fc.constantFrom(...LINE_BREAKS),
  endsWithLineBreak: fc.boolean(),
});

const countLineBreaks = (text: string): number => text.split(/\r\n|\n|\r/).length - 1;

describe('CsvFile', () => {
  it('reads any table as it was written, with the lines of its records', async () => {
    await fc.assert(
      fc.asyncProperty(
        table,
        layout,
        async (rows, { encoding, hasBom, delimiter, lineBreak, endsWithLineBreak }) => {
          const header = rows[0]![1].map((_, index) => `column ${index + 1}`);
          const lines = [['x', ...header].join(delimiter)];
          const expected: CsvRecord[] = [];
          let line = 2;
          for (const [first, others] of rows) {
            const cells = [first, ...others.map(({ text }) => text)];
            const written = cells.map((text, index) => {
              const mustBeQuoted = /["\r\n]/.test(text) || text.includes(delimiter);
              const isQuoted = mustBeQuoted || (others[index - 1]?.isQuoted ?? false);
              return isQuoted ? `"${text.replaceAll('"', '""')}"` : text;
            });
            const endLine = line + countLineBreaks(written.join(delimiter));
            expected.push({ line, endLine, cells });
            lines.push(written.join(delimiter));
            line = endLine + 1;
          }
          const text = lines.join(lineBreak) + (endsWithLineBreak ? lineBreak : '');
          const bom = hasBom && encoding !== 'windows-1252' ? '\ufeff' : '';
          const { file, records } = await read(iconv.encode(bom + text, encoding), { encoding, delimiter });
          expect(file.header).toEqual(['x', ...header]);
          expect(records).toEqual(expected);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('detects how any table of words was written', async () => {
    const word = fc.constantFrom(
      'Müller',
      'Ann',
      'García',
      'x',
      'São Paulo',
      '12',
      'a@b.example',
      'Straße “5”',
    );
    await fc.assert(
      fc.asyncProperty(
        fc
          .integer({ min: 2, max: 6 })
          .chain((width) =>
            fc.array(fc.array(word, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 30 }),
          ),
        layout,
        fc.constantFrom('', 'Open leads\n', '\n\n', 'Title\n\nFilter\n\n'),
        async (rows, { encoding, hasBom, delimiter, lineBreak }, preamble) => {
          const header = rows[0]!.map((_, index) => `Spalte für ${index + 1}`);
          const text = [header, ...rows].map((cells) => cells.join(delimiter)).join(lineBreak);
          const isWithBom = hasBom && encoding !== 'windows-1252';
          const before = preamble.replaceAll('\n', lineBreak);
          const content = iconv.encode((isWithBom ? '\ufeff' : '') + before + text, encoding);
          const { file, records } = await read(content, {});
          const headerLine = countLineBreaks(before) + 1;
          expect(file.format).toEqual({ encoding, hasBom: isWithBom, delimiter, headerLine });
          expect(file.header).toEqual(header);
          expect(records).toEqual(
            rows.map((cells, index) => ({
              line: headerLine + index + 1,
              endLine: headerLine + index + 1,
              cells,
            })),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  it('reads or rejects any bytes', async () => {
    const piece = fc.oneof(
      fc
        .constantFrom('"', ',', ';', '\n', '\r', '\r\n', '\0', 'a', 'b,c\n', '"x"', 'é', '\ufeff', 'sep=;\n')
        .map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)),
    );
    const option = fc.record(
      {
        encoding: fc.constantFrom<Encoding>(...ENCODINGS),
        delimiter: fc.constantFrom<Delimiter>(...DELIMITERS),
        headerLine: fc.integer({ min: 1, max: 4 }),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 60 }), option, async (pieces, options) => {
        try {
          const { file, records } = await read(Buffer.concat(pieces), options);
          let line = file.format.headerLine;
          for (const record of records) {
            expect(record.line).toBeGreaterThan(line);
            line = record.line;
            if ('cells' in record) expect(record.cells).toHaveLength(file.header.length);
            else expect(record.violation).not.toBe('');
          }
        } catch (error) {
          if (!(error instanceof ImportFileError)) throw error;
        }
      }),
      { numRuns: 400 },
    );
  });
});

/** Takes few records at once, so that a text has several batches. */
function split(chunks: readonly string[]): SplitRecord[] {
  const splitter = new RecordSplitter(',');
  const records: SplitRecord[] = [];
  const takeAll = () => {
    for (let taken = splitter.take(3); taken.length > 0; taken = splitter.take(3)) records.push(...taken);
  };
  for (const chunk of chunks) {
    splitter.push(chunk);
    takeAll();
  }
  splitter.end();
  takeAll();
  return records;
}

describe('RecordSplitter', () => {
  it('skips lines whose line break a chunk cuts', () => {
    for (const chunks of [
      ['a\r', 'b\r', 'c'],
      ['a\r', '\nb\r', '\nc'],
    ]) {
      const splitter = new RecordSplitter(',', 2);
      const records: SplitRecord[] = [];
      for (const chunk of chunks) {
        splitter.push(chunk);
        records.push(...splitter.take(10));
      }
      splitter.end();
      records.push(...splitter.take(10));
      expect(records.map((record) => [record.line, 'cells' in record && record.cells[0]])).toEqual([
        [2, 'b'],
        [3, 'c'],
      ]);
    }
  });

  it('returns the same records for any chunks', () => {
    const text = fc
      .array(fc.constantFrom('a', '"', '""', ',', '\n', '\r', '\r\n', ' ', '="1"', ',"b",'), {
        maxLength: 40,
      })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(80), { maxLength: 10 }), (content, cuts) => {
        const ends = [
          ...cuts.filter((cut) => cut < content.length).sort((one, other) => one - other),
          content.length,
        ];
        const chunks = ends.map((end, index) => content.slice(ends[index - 1] ?? 0, end));
        expect(chunks.join('')).toBe(content);
        expect(split(chunks)).toEqual(split([content]));
      }),
      { numRuns: 1_500 },
    );
  });

  it('reports each line of a text once, as a record or as invalid', () => {
    const text = fc
      .array(fc.constantFrom('a', '"', '""', ',', '\n', '\r', '\r\n', ' '), { maxLength: 40 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (content) => {
        const records = split([content]);
        let next = 1;
        for (const record of records) {
          expect(record.line).toBe(next);
          next = ('endLine' in record ? record.endLine : record.line) + 1;
        }
        const isOpen = !/[\r\n]$/.test(content) && content !== '';
        expect(next - 1).toBe(countLineBreaks(content) + (isOpen ? 1 : 0));
      }),
      { numRuns: 1_000 },
    );
  });
});
