/** A record, or the reason why it is invalid. Lines count from 1, as in editors. */
export type CsvRecord =
  | {
      readonly line: number;
      readonly endLine: number;
      /**
       * One cell for each column of the header. The texts may share the memory of the chunk that they were read with:
       * copy those that are kept.
       */
      readonly cells: readonly string[];
    }
  | {
      readonly line: number;
      readonly violation: string;
      /** The invalid line, at most 1,000 characters. It ends with an ellipsis if it is longer. */
      readonly text: string;
    };

/** A line below the table that is no record. */
export interface FooterLine {
  readonly line: number;
  readonly text: string;
}
