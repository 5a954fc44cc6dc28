/** A text that Excel must not read as a number: ="0301234". Quotes inside are doubled. */
const TEXT_FORMULA = /^="((?:[^"]|"")*)"$/;

/** Returns the text of a text formula such as ="0301234"; null for any other cell. */
export function textOfFormula(cell: string): string | null {
  const text = TEXT_FORMULA.exec(cell)?.[1];
  return text === undefined ? null : text.replaceAll('""', '"');
}
