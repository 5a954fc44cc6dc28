/** Texts that tools and people write into a cell without a value, in the case in which they occur. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  ...['-', '--', '---', '–', '—', '?', '.'],
  ...['N/A', 'n/a', 'N/a', '#N/A', '#n/a', 'n.a.', 'N.A.', 'k.A.', 'n/d'],
  ...[
    'NULL',
    'null',
    '(null)',
    '<null>',
    'NONE',
    'none',
    '(none)',
    '--None--',
    '-None-',
    'nil',
    'NIL',
    'undefined',
    'NaN',
    'nan',
  ],
  ...['(blank)', '(empty)', '(No value)', '(no value)', '[not provided]'],
  ...['#REF!', '#VALUE!', '#NAME?', '#NULL!', '#DIV/0!', '#NUM!'],
]);

/** Placeholders in a column of amounts or dates. Elsewhere they may be a value. */
const PLACEHOLDERS_FOR_NUMBERS: ReadonlySet<string> = new Set([
  'tbd',
  'tba',
  'tbc',
  'na',
  'none',
  'null',
  'nil',
  'unknown',
  'not set',
  'not available',
  'pending',
  'open',
  'offen',
  'unbekannt',
  'n/a',
  '$-',
  '€-',
  '$ -',
  '- €',
  '-€',
]);

const LONGEST = 16;

/** Whether a trimmed text stands for an empty cell. "Null" and "None" are family names, so their case counts. */
export const isPlaceholder = (text: string): boolean => text.length <= LONGEST && PLACEHOLDERS.has(text);

/** `isPlaceholder` for a column of amounts or dates. */
export const isPlaceholderForNumber = (text: string): boolean =>
  text.length <= LONGEST && (PLACEHOLDERS.has(text) || PLACEHOLDERS_FOR_NUMBERS.has(text.toLowerCase()));
