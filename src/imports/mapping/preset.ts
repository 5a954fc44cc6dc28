import type { InteractionField, LeadField } from './fields.js';

/** The columns of one export of a tool. Headers are compared by letters and digits only. */
export interface Layout<Field extends string> {
  /** The layout is recognised if the header contains all columns of one of these lists. */
  readonly signatures: readonly (readonly string[])[];
  /** Columns for each field, in order of preference. */
  readonly columns: Readonly<Partial<Record<Field, readonly string[]>>>;
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

/** A tool that writes CSV files. */
export interface Preset {
  /** The value of --preset, and the source of its external ids. */
  readonly name: string;
  /** The name in messages. */
  readonly title: string;
  readonly leads: readonly LeadLayout[];
  readonly interactions: readonly InteractionLayout[];
}
