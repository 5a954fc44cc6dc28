/** The permitted columns of a CSV file, named like the fields of the API, and the required ones. */
export interface CsvSchema<Column extends string> {
  readonly columns: readonly Column[];
  readonly required: readonly Column[];
}

export const LEAD_SHAPE = {
  columns: [
    'firstName',
    'lastName',
    'email',
    'phone',
    'budget',
    'location',
    'company',
    'source',
    'status',
  ] as const,
  required: ['email'] as const,
};
export type LeadColumn = (typeof LEAD_SHAPE.columns)[number];

export const INTERACTION_SHAPE = {
  columns: ['email', 'type', 'date', 'notes', 'direction'] as const,
  required: ['email', 'type', 'date'] as const,
};
export type InteractionColumn = (typeof INTERACTION_SHAPE.columns)[number];

/** The texts of a line by column, without columns that the file lacks. */
export type Cells<Column extends string> = Readonly<Partial<Record<Column, string>>>;

/** The maximum printed length of a column name: in a file without a header, data is in its place. */
const MAX_PRINTED_NAME = 40;

/**
 * Returns all errors of a header; empty if it is valid. Names must match exactly except for surrounding white
 * space.
 */
export function headerViolations<Column extends string>(
  names: readonly string[],
  { columns, required }: CsvSchema<Column>,
): string[] {
  const known: readonly string[] = columns;
  const unknown = names.filter((name) => !known.includes(name));
  const twice = columns.filter((column) => names.indexOf(column) !== names.lastIndexOf(column));
  const missing = required.filter((column) => !names.includes(column));
  const violations = [
    ...(unknown.length > 0 ? [`unknown ${columnList(unknown)}`] : []),
    ...(twice.length > 0 ? [`more than one ${columnList(twice)}`] : []),
    ...(missing.length > 0 ? [`no ${columnList(missing)}`] : []),
  ];
  return violations.length === 0 ? [] : [...violations, `the columns are ${columns.join(', ')}`];
}

function columnList(names: readonly string[]): string {
  const printed = [...new Set(names)].map((name) => JSON.stringify(shortened(name)));
  return `${printed.length === 1 ? 'column' : 'columns'} ${printed.join(', ')}`;
}

function shortened(name: string): string {
  return name.length > MAX_PRINTED_NAME ? `${name.slice(0, MAX_PRINTED_NAME)}…` : name;
}
