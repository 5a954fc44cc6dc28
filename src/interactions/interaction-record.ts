import type { InferAttributes } from 'sequelize';
import type { Interaction } from './interaction.model.js';

/** What there is of an interaction, without a model around it. */
export type InteractionRecord = Readonly<Omit<InferAttributes<Interaction>, 'deletedAt' | 'version'>>;
export type InteractionColumn = keyof InteractionRecord;

/** What is read of an interaction where only some of it is asked for. */
export type PartOfInteraction = Pick<InteractionRecord, 'id' | 'leadId'> & Partial<InteractionRecord>;

const COLUMNS: Readonly<Record<InteractionColumn, true>> = {
  id: true,
  type: true,
  direction: true,
  date: true,
  notes: true,
  leadId: true,
  createdAt: true,
  updatedAt: true,
};

export const INTERACTION_COLUMNS = Object.keys(COLUMNS) as InteractionColumn[];

const isColumn = (name: string): name is InteractionColumn => Object.hasOwn(COLUMNS, name);

/** The columns that fields of an interaction are made of; every field but those of GraphQL itself is one. */
export const columnsOfFields = (fields: ReadonlySet<string>): InteractionColumn[] =>
  [...fields].filter(isColumn);

/** SQL that reads columns of `interactions`, the ids of the interaction and of its lead among them. */
export const readColumns = (columns: readonly InteractionColumn[]): string =>
  [...new Set<InteractionColumn>(['id', 'leadId', ...columns])]
    .map((column) => `interactions."${column}"`)
    .join(', ');
