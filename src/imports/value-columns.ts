/** The columns of `leads` that an import writes and an undo restores, apart from the external id. */
export const LEAD_VALUES = [
  'firstName',
  'lastName',
  'email',
  'phone',
  'budget',
  'location',
  'company',
  'source',
  'status',
] as const;

/** The columns of `interactions` that an import writes and an undo restores, apart from the external id. */
const INTERACTION_VALUES = ['leadId', 'type', 'direction', 'date', 'notes'] as const;

/** The columns of both tables that name the row in another system, and the import that wrote it. */
const ORIGIN = ['externalSource', 'externalId', 'importId', 'isChangedSinceImport'] as const;

/** All columns whose former values `import_changes` keeps. */
export const KEPT_COLUMNS = {
  leads: [...LEAD_VALUES, ...ORIGIN],
  interactions: [...INTERACTION_VALUES, ...ORIGIN],
} as const;

/** The former values of a row as jsonb. @param row the alias of the row in SQL */
export const formerValues = (columns: readonly string[], row: string): string =>
  `jsonb_build_object(${columns.map((column) => `'${column}', ${row}."${column}"`).join(', ')})`;
