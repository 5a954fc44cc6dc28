/** What a file is, although its name ends with .csv, and how to get a CSV file from it. */
export interface ForeignFile {
  readonly problem: string;
  readonly proposal: string;
}

const SAVE_AS_CSV = 'Open it in the spreadsheet program, save it as CSV, and import that file.';
const EXPORT_AS_CSV = 'Export the data again, as CSV.';
const UNPACK = 'Unpack it, and import the CSV file inside.';

const OLE = '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1';

/** Signatures of binary files, with one character per byte. */
const SIGNATURES: readonly (readonly [signature: string, kind: string, proposal: string])[] = [
  [OLE, 'an old Excel workbook (XLS) or another Office document', SAVE_AS_CSV],
  ['\x09\x08', 'an old Excel workbook (XLS)', SAVE_AS_CSV],
  ['%PDF', 'a PDF document', EXPORT_AS_CSV],
  ['\x1f\x8b', 'a gzip archive', UNPACK],
  ['7z\xbc\xaf\x27\x1c', 'a 7-Zip archive', UNPACK],
  ['Rar!', 'a RAR archive', UNPACK],
  ['BZh', 'a bzip2 archive', UNPACK],
  ['\x28\xb5\x2f\xfd', 'a Zstandard archive', UNPACK],
  ['SQLite format 3\0', 'an SQLite database', EXPORT_AS_CSV],
  ['\x89PNG', 'a PNG picture', EXPORT_AS_CSV],
  ['\xff\xd8\xff', 'a JPEG picture', EXPORT_AS_CSV],
  ['\xff\xfe\0\0', 'a text in UTF-32', 'Save it as UTF-8.'],
  ['\0\0\xfe\xff', 'a text in UTF-32', 'Save it as UTF-8.'],
];

const TEXTS: readonly (readonly [pattern: RegExp, kind: string, proposal: string])[] = [
  [
    /^<(?:!doctype html|html|head|body|table|meta|script|!--)/i,
    'an HTML page',
    'A program may have stored its login page or a web table instead of the export. Export the data again, as CSV.',
  ],
  [/^<\?xml|^<\w+[^<>]*>\s*</i, 'an XML document', EXPORT_AS_CSV],
  [/^\{\s*(?:"|\}|$)|^\[\s*(?:[[{"\]]|$)/, 'a JSON document', EXPORT_AS_CSV],
  [/^\{\\rtf/, 'a rich text document (RTF)', 'Save it as plain text (CSV).'],
  [/^BEGIN:VCARD/i, 'a file of contacts in vCard format', EXPORT_AS_CSV],
  [/^BEGIN:VCALENDAR/i, 'a calendar (iCalendar)', EXPORT_AS_CSV],
];

/** Text has hardly any control characters. Some are tolerated: they are violations of their lines. */
const MIN_CONTROL_CHARACTERS = 32;
const MIN_CONTROL_SHARE = 0.1;

/** @param head the first bytes of the file. Returns null if they may be CSV. */
export function recogniseBinary(head: Buffer): ForeignFile | null {
  const bytes = head.toString('latin1');
  const known = SIGNATURES.find(([signature]) => bytes.startsWith(signature));
  if (known !== undefined) return notCsv(known[1], known[2]);
  return /^PK(?:\x03\x04|\x05\x06)/.test(bytes) ? recogniseZip(bytes) : null;
}

/** @param text the first characters of the file, without a byte order mark. Returns null if they may be CSV. */
export function recogniseText(text: string): ForeignFile | null {
  const start = text.trimStart();
  const known = TEXTS.find(([pattern]) => pattern.test(start));
  if (known !== undefined) return notCsv(known[1], known[2]);
  const controls = countControlCharacters(text);
  return controls >= MIN_CONTROL_CHARACTERS && controls >= text.length * MIN_CONTROL_SHARE
    ? notCsv('a binary file', EXPORT_AS_CSV)
    : null;
}

function recogniseZip(bytes: string): ForeignFile {
  if (bytes.includes('xl/') || bytes.includes('[Content_Types].xml')) {
    return notCsv('an Excel workbook (XLSX)', SAVE_AS_CSV);
  }
  if (bytes.includes('opendocument.spreadsheet'))
    return notCsv('an OpenDocument spreadsheet (ODS)', SAVE_AS_CSV);
  if (bytes.includes('.iwa')) return notCsv('a Numbers spreadsheet', 'Export it from Numbers as CSV.');
  return notCsv('a ZIP archive', UNPACK);
}

const notCsv = (kind: string, proposal: string): ForeignFile => ({
  problem: `it is ${kind}, not CSV`,
  proposal,
});

function countControlCharacters(text: string): number {
  return text.match(/[\0-\x08\x0e-\x19\x1c-\x1f]/g)?.length ?? 0;
}
