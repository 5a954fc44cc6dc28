import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CsvFile } from '../../../src/data-import/csv-file.js';
import { temporaryDirectory, type TemporaryDirectory } from '../../support/temporary-directory.js';

const SHAPE = { columns: ['a', 'b'] as const, required: ['a'] as const };

let directory: TemporaryDirectory;
beforeAll(async () => {
  directory = await temporaryDirectory();
});
afterAll(() => directory.remove());

const save = async (content: string | Buffer): Promise<string> => {
  const file = path.join(directory.path, 'file.csv');
  await writeFile(file, content);
  return file;
};

/** Returns a text for each record: its line, and its cells or its error. */
async function read(content: string | Buffer): Promise<string[]> {
  const file = await CsvFile.open(await save(content), SHAPE);
  const lines: string[] = [];
  for await (const line of file.lines(() => undefined)) {
    lines.push(`${line.line}: ${'violation' in line ? line.violation : JSON.stringify(line.cells)}`);
  }
  await file.close();
  return lines;
}

const CELLS = (line: number, a: string, b: string) => `${line}: ${JSON.stringify({ a, b })}`;
const QUOTES = 'a quote is not closed, or not doubled inside a quoted cell';

describe('CsvFile', () => {
  it.each(['\n', '\r\n'])(
    'returns each record with the number of its first line (line end %j)',
    async (end) => {
      const text = ['a,b', '1,2', '"one', 'two, ""three""",4', '', '5,"6', '', '7"', '8,9'].join(end);
      expect(await read(text)).toEqual([
        CELLS(2, '1', '2'),
        CELLS(3, `one${end}two, "three"`, '4'),
        CELLS(6, '5', `6${end}${end}7`),
        CELLS(9, '8', '9'),
      ]);
    },
  );

  it('accepts a byte order mark, any order of columns, spaces around names, and mixed line ends', async () => {
    expect(await read('\ufeff"b", a \r\n1,2\n3,4\r\n')).toEqual([
      '2: {"b":"1","a":"2"}',
      '3: {"b":"3","a":"4"}',
    ]);
  });

  it('reports lines with too few or too many cells, and continues', async () => {
    expect(await read('a,b\n1\n1,2,3\n"x\ny",2,3\n4,5\n')).toEqual([
      '2: it has 1 cells, but the header has 2 columns',
      '3: it has 3 cells, but the header has 2 columns',
      '4: it has 3 cells, but the header has 2 columns (its quoted text ends on line 5)',
      CELLS(6, '4', '5'),
    ]);
  });

  it.each([
    { broken: '"1,2', violation: QUOTES },
    { broken: '1,"2"x', violation: QUOTES },
    { broken: '1,"2""', violation: QUOTES },
    { broken: '1,2"', violation: 'there is a quote inside a cell that does not start with one' },
  ])('loses only the line with broken quotes: $broken', async ({ broken, violation }) => {
    expect(await read(`a,b\n1,2\n${broken}\n3,4\n"5\n6",7\n${broken}\n8,"9"\n`)).toEqual([
      CELLS(2, '1', '2'),
      `3: ${violation}`,
      CELLS(4, '3', '4'),
      CELLS(5, '5\n6', '7'),
      `7: ${violation}`,
      CELLS(8, '8', '9'),
    ]);
  });

  it('loses only the line of a quote that is never closed', async () => {
    expect(await read('a,b\n1,2\n3,"4\n5,6\n7,8')).toEqual([
      CELLS(2, '1', '2'),
      '3: a quote is not closed',
      CELLS(4, '5', '6'),
      CELLS(5, '7', '8'),
    ]);
  });

  it('loses only a line that is too long, or whose quote is not closed within the limit', async () => {
    const violation = 'it is longer than 1 MiB, or a quote is not closed';
    const rows = Array.from({ length: 60_000 }, (_, index) => `${index},${'x'.repeat(20)}`);
    const text = ['a,b', `${'z'.repeat(2_000_000)},1`, '1,"2', ...rows].join('\n');
    const lines = await read(text);
    expect(lines.slice(0, 3)).toEqual([`2: ${violation}`, `3: ${violation}`, CELLS(4, '0', 'x'.repeat(20))]);
    expect(lines).toHaveLength(60_002);
    expect(lines.at(-1)).toBe(CELLS(60_003, '59999', 'x'.repeat(20)));
  });

  it('reads records that span several chunks of the file', async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => `"ü${index}\r\n€",${'é'.repeat(index % 7)}`);
    const lines = await read(`a,b\r\n${rows.join('\r\n')}`);
    expect(lines).toEqual(
      rows.map((_, index) => CELLS(2 + 2 * index, `ü${index}\r\n€`, 'é'.repeat(index % 7))),
    );
  });

  it('reports cells that are not valid UTF-8, and reads the others', async () => {
    const bytes = Buffer.concat([
      Buffer.from('a,b\nü,\u{1f600}\n1,'),
      Buffer.from([0xfc]),
      Buffer.from('\n�,2\n'),
    ]);
    expect(await read(bytes)).toEqual([
      CELLS(2, 'ü', '\u{1f600}'),
      '3: b is not valid UTF-8',
      CELLS(4, '�', '2'),
    ]);
  });

  it('reports the number of bytes that it has read', async () => {
    const file = await CsvFile.open(await save(`a\n${'x\n'.repeat(100_000)}`), SHAPE);
    const reads: number[] = [];
    let count = 0;
    for await (const line of file.lines((bytes) => reads.push(bytes))) count += line.line > 0 ? 1 : 0;
    await file.close();
    expect(count).toBe(100_000);
    expect(file.size).toBe(200_002);
    expect(reads.length).toBeGreaterThan(2);
    expect(reads.at(-1)).toBe(200_002);
  });
});

describe('an unusable CSV file', () => {
  it.each([
    { content: '', message: /it is empty; the first line must contain the column names/ },
    { content: '\ufeff', message: /it is empty/ },
    { content: '\na,b\n', message: /its first line is blank/ },
    { content: 'a,"b\n', message: /its header cannot be read: a quote is not closed/ },
    { content: Buffer.from([0x61, 0x2c, 0xfc, 0x0a]), message: /its header is not valid UTF-8/ },
    { content: Buffer.from('a,b\n', 'utf16le'), message: /unknown column/ },
    { content: Buffer.from('\ufeffa,b\n', 'utf16le'), message: /it is UTF-16; save it as UTF-8/ },
    { content: 'b,x\n', message: /unknown column "x"; no column "a"; the columns are a, b\./ },
  ])('is rejected: $message', async ({ content, message }) => {
    await expect(CsvFile.open(await save(content), SHAPE)).rejects.toMatchObject({
      name: 'OperatorError',
      message: expect.stringMatching(message) as unknown,
    });
  });

  it.each([
    { file: 'missing.csv', message: /missing\.csv: there is no such file\./ },
    { file: '.', message: /it is not a file\./ },
  ])('is rejected: $file', async ({ file, message }) => {
    await expect(CsvFile.open(path.join(directory.path, file), SHAPE)).rejects.toMatchObject({
      name: 'OperatorError',
      message: expect.stringMatching(message) as unknown,
    });
  });
});
