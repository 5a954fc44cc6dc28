import type { CreationOptional, InferAttributes, InferCreationAttributes } from 'sequelize';
import { Column, DataType, Model, Table } from 'sequelize-typescript';
import {
  INTERACTION_DIRECTIONS,
  type InteractionDirection,
  INTERACTION_TYPES,
  type InteractionType,
} from './interaction-type.js';

/** A row of `interactions`: a past or planned contact between the team and a lead. */
@Table({ tableName: 'interactions' })
export class Interaction extends Model<InferAttributes<Interaction>, InferCreationAttributes<Interaction>> {
  @Column({ type: DataType.INTEGER, primaryKey: true, autoIncrement: true })
  declare id: CreationOptional<number>;

  @Column({ type: DataType.ENUM(...INTERACTION_TYPES), allowNull: false })
  declare type: InteractionType;

  /** Whether the lead or the team got in touch; null: unknown. */
  @Column({ type: DataType.ENUM(...INTERACTION_DIRECTIONS) })
  declare direction: CreationOptional<InteractionDirection | null>;

  @Column({ type: DataType.DATE, allowNull: false })
  declare date: Date;

  @Column({ type: DataType.TEXT })
  declare notes: CreationOptional<string | null>;

  @Column({ type: DataType.INTEGER, allowNull: false })
  declare leadId: number;

  /** The name of the system that `externalId` comes from; null if there is no external id. */
  @Column({ type: DataType.STRING(64) })
  declare externalSource: CreationOptional<string | null>;

  /** The id of the interaction in another system, unique together with `externalSource`. */
  @Column({ type: DataType.STRING })
  declare externalId: CreationOptional<string | null>;

  /** The import that wrote the values of this row. A database trigger empties it when a value changes. */
  @Column({ type: DataType.INTEGER })
  declare importId: CreationOptional<number | null>;

  /** Whether anything else has changed the imported values since. A trigger maintains it. */
  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare isChangedSinceImport: CreationOptional<boolean>;

  /**
   * The instant since which the type, direction, date and lead are known. Null: the row is older than this
   * column, and they are known since `createdAt`. A trigger maintains it.
   */
  @Column({ type: DataType.DATE })
  declare recordedAt: CreationOptional<Date | null>;

  @Column({ type: DataType.DATE, allowNull: false })
  declare createdAt: CreationOptional<Date>;

  @Column({ type: DataType.DATE, allowNull: false })
  declare updatedAt: CreationOptional<Date>;
}
