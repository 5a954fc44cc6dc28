import { mkdir, open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CsvFile } from '../../../src/imports/files/csv-file.js';
import { sourceAt } from '../../../src/imports/files/csv-source.js';
import type { Encoding, FileFormat, FileFormatOptions } from '../../../src/imports/files/file-format.js';
import { ImportFileError } from '../../../src/imports/import-file-error.js';
import { temporaryDirectory, type TemporaryDirectory } from '../../support/temporary-directory.js';

let directory: TemporaryDirectory;
beforeAll(async () => {
  directory = await temporaryDirectory();
});
afterAll(() => directory.remove());

interface ReadFile {
  readonly format: FileFormat;
  readonly header: readonly string[];
  /** The line and the cells of a record, or the line, the violation and the text. */
  readonly records: readonly unknown[];
  readonly footer: readonly unknown[];
}

/** Characters that latin1 has too are bytes: `\xfc` is one byte. */
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

async function openFile(content: string | Buffer, options?: FileFormatOptions): Promise<CsvFile> {
  const file = path.join(directory.path, 'stored.csv');
  await writeFile(file, content);
  return CsvFile.open(sourceAt(file, 'leads.csv'), options);
}

async function read(content: string | Buffer, options?: FileFormatOptions): Promise<ReadFile> {
  const file = await openFile(content, options);
  const records: unknown[] = [];
  for await (const batch of file.records(() => undefined)) {
    for (const record of batch) {
      records.push(
        'cells' in record
          ? [record.line, ...record.cells]
          : { line: record.line, violation: record.violation, text: record.text },
      );
    }
  }
  await file.close();
  return { format: file.format, header: file.header, records, footer: file.footer };
}

/** Only the records. */
const recordsOf = async (content: string | Buffer, options?: FileFormatOptions) =>
  (await read(content, options)).records;

async function errorOf(content: string | Buffer, options?: FileFormatOptions): Promise<string> {
  try {
    await (await openFile(content, options)).close();
  } catch (error) {
    expect(error).toBeInstanceOf(ImportFileError);
    expect((error as ImportFileError).code).toBe('IMPORT_FILE_INVALID');
    return (error as ImportFileError).message;
  }
  throw new Error('The file was opened.');
}

const invalid = (line: number, violation: string, text: string) => ({
  line,
  violation: expect.stringContaining(violation) as string,
  text,
});

describe('the encoding of a file', () => {
  const TABLE = 'Name,City\r\nMüller,Köln\r\nGarcía,“Málaga” – 5 €\r\n';
  const RECORDS = [
    [2, 'Müller', 'Köln'],
    [3, 'García', '“Málaga” – 5 €'],
  ];

  it.each<{ name: string; content: Buffer; encoding: Encoding; hasBom: boolean }>([
    { name: 'UTF-8', content: Buffer.from(TABLE), encoding: 'utf-8', hasBom: false },
    { name: 'UTF-8 with BOM', content: Buffer.from(`\ufeff${TABLE}`), encoding: 'utf-8', hasBom: true },
    {
      name: 'Windows-1252',
      content: iconv.encode(TABLE, 'windows-1252'),
      encoding: 'windows-1252',
      hasBom: false,
    },
    { name: 'UTF-16 LE', content: iconv.encode(TABLE, 'utf-16le'), encoding: 'utf-16le', hasBom: false },
    {
      name: 'UTF-16 LE with BOM',
      content: iconv.encode(`\ufeff${TABLE}`, 'utf-16le'),
      encoding: 'utf-16le',
      hasBom: true,
    },
    { name: 'UTF-16 BE', content: iconv.encode(TABLE, 'utf-16be'), encoding: 'utf-16be', hasBom: false },
    {
      name: 'UTF-16 BE with BOM',
      content: iconv.encode(`\ufeff${TABLE}`, 'utf-16be'),
      encoding: 'utf-16be',
      hasBom: true,
    },
  ])('is detected: $name', async ({ content, encoding, hasBom }) => {
    const { format, header, records } = await read(content);
    expect(format).toEqual({ encoding, hasBom, delimiter: ',', headerLine: 1 });
    expect(header).toEqual(['Name', 'City']);
    expect(records).toEqual(RECORDS);
  });

  it('is UTF-8 for ASCII', async () => {
    expect((await read('a,b\n1,2\n')).format.encoding).toBe('utf-8');
  });

  it('is the one that the option names', async () => {
    const { format, records } = await read(Buffer.from('a,b\nü,1\n'), { encoding: 'windows-1252' });
    expect(format.encoding).toBe('windows-1252');
    expect(records).toEqual([[2, 'Ã¼', '1']]);
    expect(await recordsOf(bytes('a,b\n\xfc,1\n2,3\n'), { encoding: 'utf-8' })).toEqual([
      invalid(2, 'column "a" is not UTF-8', 'ü,1'),
      [3, '2', '3'],
    ]);
  });

  it('cannot contradict the byte order mark', async () => {
    expect(await errorOf(Buffer.from('\ufeffa,b\n'), { encoding: 'utf-16le' })).toBe(
      'leads.csv: it starts with the byte order mark of UTF-8, but UTF-16 LE is set. Leave the encoding out, or set it to utf-8.',
    );
  });

  it('may be mixed: the lines in the less frequent encoding are invalid', async () => {
    const lines = (...parts: readonly Buffer[]) => Buffer.concat([bytes('Name,City\n'), ...parts]);
    const utf8 = Buffer.from('Müller,Köln\n');
    const western = bytes('M\xfcller,K\xf6ln\n');
    expect(await recordsOf(lines(utf8, western, utf8))).toEqual([
      [2, 'Müller', 'Köln'],
      invalid(
        3,
        'column "Name" is not UTF-8 as the rest of the file; as Windows-1252, it is "Müller"; save the whole file as UTF-8',
        'Müller,Köln',
      ),
      [4, 'Müller', 'Köln'],
    ]);
    expect(await recordsOf(lines(western, western, utf8))).toEqual([
      [2, 'Müller', 'Köln'],
      [3, 'Müller', 'Köln'],
      invalid(
        4,
        'column "Name" is not Windows-1252 as the rest of the file; as UTF-8, it is "Müller"',
        'Müller,Köln',
      ),
    ]);
  });

  it.each([Buffer.from([0xc3]), Buffer.from([0xe2, 0x82]), Buffer.from([0xf0, 0x9f, 0x98])])(
    'may end within a letter of UTF-8, because it was cut off: the last line is invalid',
    async (end) => {
      const { format, records } = await read(Buffer.concat([Buffer.from('Name,City\nAnn,Bonn\nJos'), end]));
      expect(format.encoding).toBe('utf-8');
      expect(records).toMatchObject([[2, 'Ann', 'Bonn'], { line: 3 }]);
    },
  );

  it('may end with a letter of Windows-1252', async () => {
    expect((await read(bytes('City,Name\nBonn,Andr\xe9'))).records).toEqual([[2, 'Bonn', 'André']]);
  });

  it('may look mixed in a line that is not', async () => {
    const lines = [
      bytes('Name,City\nSpa\xdf\x93,K\xf6ln\nM\xfcller,K\xf6ln\n'),
      Buffer.from('Müller,Bonn\n'),
    ];
    expect(await recordsOf(Buffer.concat(lines))).toEqual([
      [2, 'Spaß“', 'Köln'],
      [3, 'Müller', 'Köln'],
      invalid(4, 'column "Name" is not Windows-1252', 'Müller,Bonn'),
    ]);
  });

  it('is not UTF-16 because of NUL characters', async () => {
    const { format, records } = await read('ab,cd\nx\0,yz\nx\0,yz\nx\0,yz\n');
    expect(format.encoding).toBe('utf-8');
    expect(records).toHaveLength(3);
    expect(records[0]).toEqual(invalid(2, 'column "ab" contains a NUL character', 'x\0,yz'));
  });

  it('may turn out late to be mixed', async () => {
    const content = Buffer.concat([
      Buffer.from(`Name,City\n${'Müller,Köln\n'.repeat(30_000)}`),
      bytes('M\xfcller,K\n'),
    ]);
    const records = await recordsOf(content);
    expect(records).toHaveLength(30_001);
    expect(records.at(-1)).toEqual(invalid(30_002, 'column "Name" is not UTF-8', 'Müller,K'));
    expect(records.filter((record) => !Array.isArray(record))).toHaveLength(1);
  });

  it('has bytes that Windows-1252 does not define: their lines are invalid', async () => {
    expect(await recordsOf(bytes('a,b\n\xfc,1\nx\x81x,2\n'))).toEqual([
      [2, 'ü', '1'],
      invalid(3, 'column "a" contains a byte that Windows-1252 does not define', 'x\ufffdx,2'),
    ]);
  });

  it('keeps a replacement character of UTF-8', async () => {
    expect(await recordsOf('a,b\n\ufffd,1\n')).toEqual([[2, '\ufffd', '1']]);
  });

  it.each([
    { name: 'Windows-1251', text: 'Имя,Город\nИван Петров,Москва\n', encoding: 'windows-1251' },
    {
      name: 'Windows-1250',
      text: 'Imie,Miasto\nPaweł Wałęsa,Gałków\nZażółć,Wałcz\n',
      encoding: 'windows-1250',
    },
    { name: 'Mac Roman', text: 'Name,City\rMüller,Köln\rGarcía,Málaga\r', encoding: 'macroman' },
    { name: 'Shift JIS', text: 'name,city\n山田太郎,東京都\n', encoding: 'shift_jis' },
  ] as const)('is not taken for Windows-1252 if it is $name', async ({ text, encoding }) => {
    const content = iconv.encode(text, encoding);
    expect(await errorOf(content)).toMatch(
      /^leads\.csv, line \d: its encoding is neither UTF-8 nor UTF-16, and its letters do not look like Windows-1252\. Save it as UTF-8\./,
    );
    await (await openFile(content, { encoding: 'windows-1252' })).close();
  });

  it('is Windows-1252 in Western languages', async () => {
    const text = 'Name;Notes\nO’Brien;Straße „Ost“\nCœur;Él·lia – où ça?\nPeña;¿Qué? ½ m²\nÅström;Ærø\n';
    expect((await read(iconv.encode(text, 'windows-1252'))).format.encoding).toBe('windows-1252');
  });

  it('keeps characters whole that chunks cut', async () => {
    const name = '😀é€'.repeat(20);
    const text = `a,b\n${`${name},1\n`.repeat(3_000)}`;
    for (const content of [
      Buffer.from(text),
      iconv.encode(text, 'utf-16le'),
      iconv.encode(text, 'utf-16be'),
    ]) {
      const records = await recordsOf(content);
      expect(records).toHaveLength(3_000);
      expect(records.every((record) => Array.isArray(record) && record[1] === name)).toBe(true);
    }
  });

  it('reports half a character at the end of UTF-16', async () => {
    const content = iconv.encode('a,b\n1,2\n3,45', 'utf-16le').subarray(0, -1);
    expect(await recordsOf(content)).toEqual([
      [2, '1', '2'],
      invalid(3, 'column "b" contains half a character, so it is not valid UTF-16 LE', '3,4\ufffd'),
    ]);
  });
});

describe('the delimiter of a file', () => {
  it.each([
    { name: 'comma', content: 'a,b,c\n1,2,3\n', delimiter: ',' },
    { name: 'semicolon', content: 'a;b;c\n1;2;3\n', delimiter: ';' },
    { name: 'tab', content: 'a\tb\tc\n1\t2\t3\n', delimiter: '\t' },
    { name: 'pipe', content: 'a|b|c\n1|2|3\n', delimiter: '|' },
    { name: 'one column', content: 'email\na@b.example\nc@d.example\n', delimiter: ',' },
    { name: 'only a header', content: 'Name;Email\n', delimiter: ';' },
    { name: 'decimal commas', content: 'Name;Budget\nA;1,5\nB;2,5\nC;3,5\n', delimiter: ';' },
    {
      name: 'a comma in the header, too',
      content: 'Name;Budget, EUR;City\nA;1,5;x\nB;2,5;y\n',
      delimiter: ';',
    },
    {
      name: 'last name, first name',
      content: 'Name;Email\nLee, Al;a@b.example\nFox, Bo;c@d.example\n',
      delimiter: ';',
    },
    { name: 'delimiters in quotes', content: 'a,b\n"1;2;3","4;5;6"\n"1;2;3","4;5;6"\n', delimiter: ',' },
    { name: 'lists in cells', content: 'Name,Tags\nA,x;y\nB,x;y;z\nC,y;z\n', delimiter: ',' },
    { name: 'line breaks in quotes', content: 'a;b\n"1,\n,2,\n,";4\n', delimiter: ';' },
    {
      name: 'tabs beside commas',
      content: 'Name\tNotes\nA\tone, two\nB\tone, two, three\n',
      delimiter: '\t',
    },
    { name: 'a broken quote', content: 'a;b\n"1;2\n3;4\n5;6\n', delimiter: ';' },
  ])('is detected: $name', async ({ content, delimiter }) => {
    const { format } = await read(content);
    expect([format.delimiter, format.headerLine]).toEqual([delimiter, 1]);
  });

  it.each(['sep=;\n', 'SEP=;\r\n', '"sep=;"\n', '\ufeffsep=;\r'])(
    'is named by the first line %j',
    async (first) => {
      const { format, header, records } = await read(`${first}a,b;c\n1,5;2\n`);
      expect([format.delimiter, format.headerLine]).toEqual([';', 2]);
      expect(header).toEqual(['a,b', 'c']);
      expect(records).toEqual([[3, '1,5', '2']]);
    },
  );

  it('is the one that the option names', async () => {
    const { header, records } = await read('a,b;c\n1,2;3\n', { delimiter: ',' });
    expect(header).toEqual(['a', 'b;c']);
    expect(records).toEqual([[2, '1', '2;3']]);
  });

  it('is rejected if the first line names another one', async () => {
    expect(await errorOf('sep=^\na^b\n')).toMatch(
      /^leads\.csv, line 1: the delimiter "\^" is not supported\. Save /,
    );
  });
});

describe('the header of a file', () => {
  it.each([
    { name: 'a title', before: 'Open leads\n', line: 2 },
    { name: 'blank lines', before: '\n \n', line: 3 },
    { name: 'many blank lines', before: '\n'.repeat(1_000), line: 1_001 },
    { name: 'lines of delimiters', before: ',,,\n', line: 2 },
    { name: 'a padded title', before: 'Open leads,,,\n,,,\n', line: 3 },
    { name: 'filters', before: '"Report: ""Open leads"""\nOwner,Ann\nStatus,Open\n\n', line: 5 },
    { name: 'a quoted title of two lines', before: '"Open\nleads"\n', line: 3 },
    { name: 'a title with a broken quote', before: 'The "best" leads\n', line: 2 },
  ])('follows $name', async ({ before, line }) => {
    const { format, header, records } = await read(`${before}First,Last,Email,City\nA,B,a@b.example,X\n`);
    expect(format.headerLine).toBe(line);
    expect(header).toEqual(['First', 'Last', 'Email', 'City']);
    expect(records).toEqual([[line + 1, 'A', 'B', 'a@b.example', 'X']]);
  });

  it('is on the line that the option names', async () => {
    const content = 'a,b\nthe "title\n\nc,d\n1,2\n';
    const { format, header, records } = await read(content, { headerLine: 4 });
    expect([format.headerLine, header, records]).toEqual([4, ['c', 'd'], [[5, '1', '2']]]);
    expect(await errorOf(content, { headerLine: 3 })).toMatch(
      /^leads\.csv, line 3: there is no header on this line\. /,
    );
    expect(await errorOf(content, { headerLine: 9 })).toMatch(
      /^leads\.csv, line 9: there is no header on this line\. /,
    );
  });

  it('may be far below the start of the file', async () => {
    const content = `${'x'.repeat(100)}\n`.repeat(50_000);
    const { header, records } = await read(`${content}a;b\n1;2\n`, { headerLine: 50_001 });
    expect([header, records]).toEqual([['a', 'b'], [[50_002, '1', '2']]]);
  });

  it('keeps its names as they are', async () => {
    expect((await read('\ufeff\ufeffName, Name ,,"E ""Mail"""\n1,2,3,4\n')).header).toEqual([
      'Name',
      ' Name ',
      '',
      'E "Mail"',
    ]);
  });

  it('may follow filters without a record below', async () => {
    const { format, header } = await read(
      'Open leads\nOwner,Ann\nStatus,Open\nFirst,Last,Email,City,Phone\n',
    );
    expect([format.headerLine, header.length]).toEqual([4, 5]);
  });

  it('may be the only line', async () => {
    expect((await read('a,b')).records).toEqual([]);
  });

  it('is the first line if the first record has other cells', async () => {
    const { header, records } = await read('a,b,c,d\n1,2,3,4,\n5,6,,,\n');
    expect(header).toEqual(['a', 'b', 'c', 'd']);
    expect(records).toEqual([
      [2, '1', '2', '3', '4'],
      [3, '5', '6', '', ''],
    ]);
  });

  it.each([
    {
      name: 'a broken quote',
      content: 'a,"b,c\n1,2,3\n',
      message: 'line 1: the header cannot be read: a quote is not closed',
    },
    {
      name: 'a NUL',
      content: 'a\0,b,c\n1,2,3\n',
      message: 'line 1: the header cannot be read: column 1 contains a NUL',
    },
  ])('is rejected with $name', async ({ content, message }) => {
    expect(await errorOf(content)).toContain(message);
  });
});

describe('the records of a file', () => {
  it.each(['\n', '\r\n', '\r'])('have the numbers of their lines (line break %j)', async (end) => {
    const text = ['a,b', '1,2', '"one', 'two, ""three""",4', '', ',', ' , ', '5,"6', '', '7"', '8,9'].join(
      end,
    );
    const expected = [
      [2, '1', '2'],
      [3, `one${end}two, "three"`, '4'],
      [8, '5', `6${end}${end}7`],
      [11, '8', '9'],
    ];
    expect(await recordsOf(text)).toEqual(expected);
    expect(await recordsOf(text + end)).toEqual(expected);
  });

  it('may end with different line breaks', async () => {
    expect(await recordsOf('a,b\r1,2\n3,4\r\n5,6\r\r\n7,8')).toEqual([
      [2, '1', '2'],
      [3, '3', '4'],
      [4, '5', '6'],
      [6, '7', '8'],
    ]);
  });

  it('may have spaces around quotes', async () => {
    expect(await recordsOf('a,b\n "1, 2" , "3" \n  4 , 5 \n')).toEqual([
      [2, '1, 2', '3'],
      [3, '  4 ', ' 5 '],
    ]);
  });

  it('may have formulas that keep a text', async () => {
    expect(await recordsOf('a,b\n="0301234",="x"\n"=""030""",2\n')).toEqual([
      [2, '="0301234"', '="x"'],
      [3, '="030"', '2'],
    ]);
  });

  it.each([
    { broken: '"1,2', violation: 'a quoted cell does not end at its closing quote' },
    { broken: '1,"2"x', violation: 'a quoted cell does not end at its closing quote' },
    { broken: '1,"2""', violation: 'a quoted cell does not end at its closing quote' },
    { broken: '1,2"', violation: 'there is a quote inside a cell that does not start with one' },
    { broken: '1,="2', violation: 'there is a quote inside a cell that does not start with one' },
  ])('are kept beside a line with broken quotes: $broken', async ({ broken, violation }) => {
    expect(await recordsOf(`a,b\n1,2\n${broken}\n3,4\n"5\n6",7\n${broken}\n8,"9"\n`)).toEqual([
      [2, '1', '2'],
      invalid(3, violation, broken),
      [4, '3', '4'],
      [5, '5\n6', '7'],
      invalid(7, violation, broken),
      [8, '8', '9'],
    ]);
  });

  it('are kept after a broken quote in the second line of a record', async () => {
    expect(await recordsOf('a,b\n"1\n2",3"\n4,5\n6,7\n')).toEqual([
      invalid(2, 'there is a quote inside a cell', '"1'),
      invalid(3, 'there is a quote inside a cell', '2",3"'),
      [4, '4', '5'],
      [5, '6', '7'],
    ]);
  });

  it('are kept after a quote that is never closed', async () => {
    expect(await recordsOf('a,b\n1,"2\n3,4\n5,6')).toEqual([
      invalid(2, 'a quote is not closed before the end of the file', '1,"2'),
      [3, '3', '4'],
      [4, '5', '6'],
    ]);
  });

  it('are kept after a quote that is not closed within 1 MiB', async () => {
    const rest = Array.from({ length: 400_000 }, (_, index) => `${index},x`);
    const records = await recordsOf(`a,b\n1,"2\n${rest.join('\n')}\n`);
    expect(records).toHaveLength(400_001);
    expect(records[0]).toEqual(invalid(2, 'the record has more than 1,048,576 characters', '1,"2'));
    expect(records[1]).toEqual([3, '0', 'x']);
    expect(records.at(-1)).toEqual([400_002, '399999', 'x']);
  });

  it.each(['\n', '\r\n', '\r'])('are kept beside a line of 3 MiB (line break %j)', async (end) => {
    const long = 'x'.repeat(3 * 1_048_576);
    expect(await recordsOf(['a,b', '1,2', `${long},1`, '3,4', `"${long}",1`, '5,6'].join(end))).toEqual([
      [2, '1', '2'],
      invalid(3, 'the record has more than 1,048,576 characters', `${'x'.repeat(999)}…`),
      [4, '3', '4'],
      invalid(5, 'the record has more than 1,048,576 characters', `"${'x'.repeat(998)}…`),
      [6, '5', '6'],
    ]);
  });

  it('may have 1 MiB', async () => {
    const cell = 'x'.repeat(1_048_576 - 2);
    expect(await recordsOf(`a,b\n${cell},1\n${cell}x,1\n2,3\n`)).toEqual([
      [2, cell, '1'],
      invalid(3, 'the record has more than 1,048,576 characters', `${'x'.repeat(999)}…`),
      [4, '2', '3'],
    ]);
  });

  it('are invalid with a NUL', async () => {
    expect(await recordsOf('a,b\n1,2\n3,x\0y\n"5\n","\0"\n7,8\n')).toEqual([
      [2, '1', '2'],
      invalid(3, 'column "b" contains a NUL character (byte 00); remove it', '3,x\0y'),
      invalid(4, 'column "b" contains a NUL character', '"5\n",\0'),
      [6, '7', '8'],
    ]);
  });

  it('are invalid with another number of cells', async () => {
    expect(await recordsOf('a,b,c\n1,2\n1,2,3,4\n1,2,3,,\n"x\ny",2,3,"4,""5"""\n4,5,\n')).toEqual([
      {
        line: 2,
        violation:
          'it has 2 cells, but the header has 3 columns; add the missing cells, and quote the cells that contain a line break',
        text: '1,2',
      },
      {
        line: 3,
        violation: 'it has 4 cells, but the header has 3 columns; quote the cells that contain a delimiter',
        text: '1,2,3,4',
      },
      [4, '1', '2', '3'],
      invalid(
        5,
        'it has 4 cells, but the header has 3 columns (its quoted text ends on line 6);',
        '"x\ny",2,3,"4,""5"""',
      ),
      [7, '4', '5', ''],
    ]);
  });

  it('need no cell for a column without a name at the end', async () => {
    expect(await recordsOf('a,b,\n1,2\n3,4,5\n')).toEqual([
      [2, '1', '2', ''],
      [3, '3', '4', '5'],
    ]);
  });

  it('may lack the last cells as in files of Excel, in whole blocks of 16 rows', async () => {
    const full = Array.from({ length: 15 }, (_, index) => `${index},x,y`);
    const short = Array.from({ length: 16 }, (_, index) => `${index},x`);
    const text = ['a,b,c', ...full, ...short, ...full, '1,x,y', '2,x', '3,x'].join('\r\n');
    const records = await recordsOf(text);
    expect(records).toHaveLength(49);
    expect(records.slice(14, 17)).toEqual([
      [16, '14', 'x', 'y'],
      [17, '0', 'x', ''],
      [18, '1', 'x', ''],
    ]);
    expect(records.slice(30, 32)).toEqual([
      [32, '15', 'x', ''],
      [33, '0', 'x', 'y'],
    ]);
    expect(records.slice(-2)).toEqual([
      [49, '2', 'x', ''],
      [50, '3', 'x', ''],
    ]);
  });

  it('are invalid without the last cells outside of such blocks', async () => {
    const full = Array.from({ length: 15 }, (_, index) => `${index},x,y`);
    const short = Array.from({ length: 15 }, (_, index) => `${index},x`);
    const violations = async (lines: readonly string[]) =>
      (await recordsOf(lines.join('\r\n'))).filter((record) => !Array.isArray(record)).length;
    expect(await violations(['a,b,c', ...full, ...short, '1,x,y'])).toBe(15);
    expect(await violations(['a,b,c', ...full, 'the truncated, end'])).toBe(1);
    expect(await violations(['a,b,c', ...short, ...short, ...short])).toBe(45);
  });

  it('end before the footer of a Salesforce report', async () => {
    const report = [
      '"First Name","Last Name","Email"',
      '"A","B","a@b.example"',
      '',
      '',
      '"Open leads"',
      '"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."',
      '"Confidential Information - Do Not Distribute"',
      '"Generated By:  Ann Lee  1/2/2026 3:04 PM"',
      '"Example Ltd."',
    ].join('\n');
    const { records, footer } = await read(report);
    expect(records).toEqual([[2, 'A', 'B', 'a@b.example']]);
    expect(footer).toEqual([
      { line: 5, text: 'Open leads' },
      { line: 6, text: 'Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved.' },
      { line: 7, text: 'Confidential Information - Do Not Distribute' },
      { line: 8, text: 'Generated By:  Ann Lee  1/2/2026 3:04 PM' },
      { line: 9, text: 'Example Ltd.' },
    ]);
  });

  it('are invalid below a blank line if they are no footer that is known', async () => {
    const { records, footer } = await read(
      'a,b\n1,2\n\nTotal: 1\nCopyright (c) 2026 salesforce.com\n3,4\n\nTotal: 2\n',
    );
    expect(records).toEqual([
      [2, '1', '2'],
      invalid(4, 'it has 1 cell,', 'Total: 1'),
      invalid(5, 'it has 1 cell,', 'Copyright (c) 2026 salesforce.com'),
      [6, '3', '4'],
      invalid(8, 'it has 1 cell,', 'Total: 2'),
    ]);
    expect(footer).toEqual([]);
  });

  it('are invalid with the text of a footer if no blank line is above', async () => {
    const { records } = await read('a,b\n1,2\n\n3,4\nCopyright (c) 2026 salesforce.com\n');
    expect(records.at(-1)).toEqual(invalid(5, 'it has 1 cell,', 'Copyright (c) 2026 salesforce.com'));
  });

  it('end before the end character of DOS', async () => {
    expect(await recordsOf('a,b\r\n1,2\r\n\x1a')).toEqual([[2, '1', '2']]);
  });

  it('may be read again, and report the bytes that were read', async () => {
    const content = Buffer.from(`\ufeffa,b\n${'1,2\n'.repeat(100_000)}`);
    const file = await openFile(content);
    for (let pass = 1; pass <= 2; pass += 1) {
      const read: number[] = [];
      let count = 0;
      for await (const batch of file.records((bytes) => read.push(bytes))) count += batch.length;
      expect(count).toBe(100_000);
      expect(read).toEqual(read.toSorted((one, other) => one - other));
      expect(read.at(-1)).toBe(file.size);
    }
    await file.close();
    expect(file.size).toBe(content.length);
  });

  it('are not returned as complete if the file was changed', async () => {
    const file = await openFile('a,b\n1,2\n');
    const other = await open(path.join(directory.path, 'stored.csv'), 'a');
    await other.write('3,4\n');
    await other.close();
    const readAll = async () => {
      for await (const batch of file.records(() => undefined)) expect(batch).toBeDefined();
    };
    await expect(readAll()).rejects.toThrow('leads.csv: it was changed while it was read. Import it again.');
    await file.close();
  });
});

describe('a file that is no CSV file', () => {
  const zip = (entry: string) => bytes(`PK\x03\x04\x14\0\0\0\x08\0${entry}\0\0\xff\xfe`);

  it.each([
    {
      name: 'XLSX',
      content: zip('[Content_Types].xml'),
      problem: 'it is an Excel workbook (XLSX), not CSV',
      proposal: 'save it as CSV',
    },
    {
      name: 'XLSX of another order',
      content: zip('xl/workbook.xml'),
      problem: 'it is an Excel workbook (XLSX), not CSV',
      proposal: 'save it as CSV',
    },
    {
      name: 'ODS',
      content: zip('mimetypeapplication/vnd.oasis.opendocument.spreadsheet'),
      problem: 'an OpenDocument spreadsheet (ODS)',
      proposal: 'save it as CSV',
    },
    {
      name: 'Numbers',
      content: zip('Index/Document.iwa'),
      problem: 'a Numbers spreadsheet',
      proposal: 'as CSV',
    },
    { name: 'ZIP', content: zip('leads.csv'), problem: 'a ZIP archive', proposal: 'Unpack it' },
    {
      name: 'XLS',
      content: bytes('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0'),
      problem: 'an old Excel workbook (XLS)',
      proposal: 'save it as CSV',
    },
    { name: 'PDF', content: bytes('%PDF-1.7\n1,2'), problem: 'a PDF document', proposal: 'as CSV' },
    { name: 'gzip', content: bytes('\x1f\x8b\x08\0\0'), problem: 'a gzip archive', proposal: 'Unpack it' },
    {
      name: 'HTML',
      content: Buffer.from('\ufeff\n<!DOCTYPE html><html><body>Sign in</body></html>'),
      problem: 'an HTML page',
      proposal: 'login page',
    },
    {
      name: 'HTML in UTF-16',
      content: iconv.encode('<html><table><tr><td>', 'utf-16le'),
      problem: 'an HTML page',
      proposal: 'as CSV',
    },
    {
      name: 'XML',
      content: bytes('<?xml version="1.0"?><Workbook>'),
      problem: 'an XML document',
      proposal: 'as CSV',
    },
    {
      name: 'JSON list',
      content: bytes('[\n  {"email": "a@b.example"}\n]'),
      problem: 'a JSON document',
      proposal: 'as CSV',
    },
    {
      name: 'JSON object',
      content: bytes('{"error":"unauthorized"}'),
      problem: 'a JSON document',
      proposal: 'as CSV',
    },
    { name: 'vCard', content: bytes('BEGIN:VCARD\r\nVERSION:3.0\r\n'), problem: 'vCard', proposal: 'as CSV' },
    {
      name: 'RTF',
      content: bytes('{\\rtf1\\ansi'),
      problem: 'a rich text document (RTF)',
      proposal: 'plain text',
    },
    {
      name: 'UTF-32',
      content: bytes('\xff\xfe\0\0a\0\0\0'),
      problem: 'a text in UTF-32',
      proposal: 'Save it as UTF-8',
    },
    {
      name: 'binary',
      content: Buffer.from(Array.from({ length: 4_000 }, (_, index) => (index * 7_919) % 251)),
      problem: 'a binary file',
      proposal: 'as CSV',
    },
    { name: 'empty', content: bytes(''), problem: 'it is empty', proposal: 'Export it again' },
    {
      name: 'a byte order mark only',
      content: Buffer.from('\ufeff'),
      problem: 'it has only blank lines',
      proposal: 'Export it again',
    },
    {
      name: 'blank lines',
      content: bytes('\n\r\n  \n,,,\n'),
      problem: 'it has only blank lines',
      proposal: 'Export it again',
    },
    {
      name: 'one line of 3 MiB',
      content: Buffer.alloc(3 * 1_048_576, 'x'),
      problem: 'line 1: the header cannot be read: the record has more than 1,048,576 characters',
      proposal: 'Export the file again',
    },
  ])('is rejected: $name', async ({ content, problem, proposal }) => {
    const message = await errorOf(content);
    expect(message).toMatch(/^leads\.csv[:,] .*\. [A-Z].*\.$/);
    expect(message).toContain(problem);
    expect(message).toContain(proposal);
  });

  it('is rejected if it does not exist, or is a folder', async () => {
    const folder = path.join(directory.path, 'folder');
    await mkdir(folder);
    await expect(CsvFile.open(sourceAt(path.join(folder, 'none.csv'), 'leads.csv'))).rejects.toThrow(
      'leads.csv: there is no such file. Check its path and its permissions.',
    );
    await expect(CsvFile.open(sourceAt(folder, 'leads.csv'))).rejects.toThrow(
      'leads.csv: it is not a file. Choose a CSV file.',
    );
  });

  it('may still start like one', async () => {
    expect((await read('[Name],{Email}\n1,2\n')).header).toEqual(['[Name]', '{Email}']);
    expect((await read('<Name>,<Email>\n1,2\n')).header).toEqual(['<Name>', '<Email>']);
  });
});
