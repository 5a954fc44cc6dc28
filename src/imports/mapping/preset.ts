import type { ChangeField, InteractionField, LeadField } from './fields.js';

/** Lines that an import leaves out, because of the value of a column. */
export interface Exclusion {
  readonly column: string;
  readonly values: readonly string[];
  /** The message of the rejected line. */
  readonly reason: string;
  /** Whether only interactions with a date in the past are left out. Others are planned. */
  readonly isPastOnly?: boolean;
  /** Whether `values` are those of the lines to import, and lines with other values are left out. */
  readonly areKept?: boolean;
}

/** A record in the recycle bin of Salesforce. */
export const DELETED: Exclusion = {
  column: 'IsDeleted',
  values: ['1', 'true'],
  reason: 'the record is deleted',
};

/** The columns of one export of a tool. Headers are compared by letters and digits only. */
export interface Layout<Field extends string> {
  /** The layout is recognised if the header contains all columns of one of these lists. */
  readonly signatures: readonly (readonly string[])[];
  /** Columns for each field, in order of preference. */
  readonly columns: Readonly<Partial<Record<Field, readonly string[]>>>;
  readonly exclusions?: readonly Exclusion[];
}

export interface LeadLayout extends Layout<LeadField> {
  /** Statuses of the API by those of the tool, in addition to the general ones. */
  readonly statuses?: Readonly<Record<string, string>>;
}

export interface InteractionLayout extends Layout<InteractionField> {
  /**
   * Types of the API by those of the tool, in addition to the general ones. An empty name is the type of lines
   * without one, for example in a file of calls.
   */
  readonly types?: Readonly<Record<string, string>>;
}

/** Statuses are those of the layouts of leads of the same tool. */
export interface ChangeLayout extends Layout<ChangeField> {
  /** Lines about the creation of a lead, which do not have its first status. */
  readonly creations?: readonly Pick<Exclusion, 'column' | 'values'>[];
}

/** A tool that writes CSV files. */
export interface Preset {
  /** The value of --preset, and the source of its external ids. */
  readonly name: string;
  /** The name in messages. */
  readonly title: string;
  /** The form of the tool's ids of leads. A file with other ids is not recognised. */
  readonly idForm?: RegExp;
  readonly leads: readonly LeadLayout[];
  readonly interactions: readonly InteractionLayout[];
  /** Stage histories. */
  readonly changes?: readonly ChangeLayout[];
}
