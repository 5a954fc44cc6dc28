/**
 * The beginning of a cell that a spreadsheet may execute as a formula: the characters that OWASP lists for CSV
 * injection, full-width variants included, after any number of apostrophes. It has the same meaning in JavaScript and
 * in PostgreSQL.
 */
export const FORMULA_START = String.raw`^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]`;

const FORMULA = new RegExp(FORMULA_START);

/** Prevents a spreadsheet from executing a cell: it gets one leading apostrophe. `restore` undoes this exactly. */
export const neutralise = (cell: string): string => (FORMULA.test(cell) ? `'${cell}` : cell);

/** Removes the apostrophe that `neutralise` has added. */
export const restore = (cell: string): string =>
  cell.startsWith(`'`) && FORMULA.test(cell) ? cell.slice(1) : cell;
