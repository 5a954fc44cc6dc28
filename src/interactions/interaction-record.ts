import type { InferAttributes } from 'sequelize';
import type { Interaction } from './interaction.model.js';

/** The columns of an interaction as a plain object, without a Sequelize model. */
export type InteractionRecord = Readonly<Omit<InferAttributes<Interaction>, 'deletedAt' | 'version'>>;
export type InteractionColumn = keyof InteractionRecord;

/** An interaction of which only some columns were read. */
export type PartOfInteraction = Pick<InteractionRecord, 'id' | 'leadId'> & Partial<InteractionRecord>;

const COLUMNS: Readonly<Record<InteractionColumn, true>> = {
  id: true,
  type: true,
  direction: true,
  date: true,
  notes: true,
  leadId: true,
  externalSource: true,
  externalId: true,
  importId: true,
  isChangedSinceImport: true,
  recordedAt: true,
  createdAt: true,
  updatedAt: true,
};

export const INTERACTION_COLUMNS = Object.keys(COLUMNS) as InteractionColumn[];

const isColumn = (name: string): name is InteractionColumn => Object.hasOwn(COLUMNS, name);

/**
 * Returns the columns that the given fields need. Every field is a column, except those of GraphQL itself.
 */
export const columnsOfFields = (fields: ReadonlySet<string>): InteractionColumn[] =>
  [...fields].filter(isColumn);

/**
 * Returns a SQL select list of these columns of `interactions`, always including the ids of the interaction
 * and its lead.
 */
export const readColumns = (columns: readonly InteractionColumn[]): string =>
  [...new Set<InteractionColumn>(['id', 'leadId', ...columns])]
    .map((column) => `interactions."${column}"`)
    .join(', ');
