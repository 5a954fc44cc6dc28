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

  @Column({ type: DataType.DATE, allowNull: false })
  declare createdAt: CreationOptional<Date>;

  @Column({ type: DataType.DATE, allowNull: false })
  declare updatedAt: CreationOptional<Date>;
}
