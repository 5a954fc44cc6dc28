/** The last column of a file with rejected lines. An import ignores it when the mended file comes back. */
export const REASONS_COLUMN = 'rejectionReasons';

/** The reasons start with it if the first cell has the text of a whole line that is no record. */
export const WHOLE_LINE = 'whole line: ';
