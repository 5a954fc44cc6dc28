import {
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  Sequelize,
} from 'sequelize';
import { Column, DataType, Model, Table } from 'sequelize-typescript';
import { DEFAULT_LEAD_STATUS } from './lead-status.js';
import { budgetOf } from './budget-amount.js';

export type SummarySource = 'model' | 'template';

/** A row of `leads`. Dedicated SQL writes scores and summaries; saving an instance does not. */
@Table({ tableName: 'leads' })
export class Lead extends Model<InferAttributes<Lead>, InferCreationAttributes<Lead>> {
  @Column({ type: DataType.INTEGER, primaryKey: true, autoIncrement: true })
  declare id: CreationOptional<number>;

  @Column({ type: DataType.STRING, allowNull: false })
  declare firstName: string;

  @Column({ type: DataType.STRING, allowNull: false })
  declare lastName: string;

  @Column({ type: DataType.STRING, allowNull: false, unique: true })
  declare email: string;

  @Column({ type: DataType.STRING })
  declare phone: CreationOptional<string | null>;

  @Column({
    type: DataType.DECIMAL(10, 2),
    get(this: Lead): number | null {
      return budgetOf(this.getDataValue('budget'));
    },
  })
  declare budget: CreationOptional<number | null>;

  @Column({ type: DataType.STRING })
  declare location: CreationOptional<string | null>;

  @Column({ type: DataType.STRING })
  declare company: CreationOptional<string | null>;

  @Column({ type: DataType.STRING })
  declare source: CreationOptional<string | null>;

  /** An adopted database may contain null, because an earlier version allowed it. */
  @Column({
    type: DataType.STRING,
    allowNull: false,
    defaultValue: DEFAULT_LEAD_STATUS,
    get(this: Lead): string {
      return this.getDataValue('status') ?? DEFAULT_LEAD_STATUS;
    },
  })
  declare status: CreationOptional<string>;

  @Column({ type: DataType.TEXT })
  declare summary: CreationOptional<string | null>;

  @Column({ type: DataType.DATE })
  declare summaryGeneratedAt: CreationOptional<Date | null>;

  /** Null: there is no summary, or an earlier version wrote it without a source. */
  @Column({ type: DataType.STRING(16) })
  declare summarySource: CreationOptional<SummarySource | null>;

  /** 0 to 100; null: never calculated. */
  @Column({ type: DataType.INTEGER })
  declare activityScore: CreationOptional<number | null>;

  /** The instant that the score was calculated for. */
  @Column({ type: DataType.DATE })
  declare scoreCalculatedAt: CreationOptional<Date | null>;

  /** Until this instant the score is guaranteed to be correct, if nothing changes. */
  @Column({ type: DataType.DATE })
  declare scoreValidUntil: CreationOptional<Date | number | null>;

  /** The last change of something that the score depends on. Database triggers maintain it. */
  @Column({
    type: DataType.DATE,
    allowNull: false,
    defaultValue: Sequelize.literal(`date_trunc('milliseconds', now())`),
  })
  declare scoreInputsChangedAt: CreationOptional<Date>;

  /**
   * Null: the score was calculated by the current formula. Otherwise, the fingerprint of parameters that an
   * earlier version stored.
   */
  @Column({ type: DataType.INTEGER })
  declare scoreParameters: CreationOptional<number | null>;

  @Column({ type: DataType.SMALLINT })
  declare recencyPoints: CreationOptional<number | null>;

  @Column({ type: DataType.SMALLINT })
  declare engagementPoints: CreationOptional<number | null>;

  @Column({ type: DataType.SMALLINT })
  declare budgetPoints: CreationOptional<number | null>;

  @Column({ type: DataType.SMALLINT })
  declare statusPoints: CreationOptional<number | null>;

  @Column({ type: DataType.SMALLINT, allowNull: false, defaultValue: 0 })
  declare fitPoints: CreationOptional<number>;

  /** Bit n is set if the fit criterion at index n matches. A string, because the driver returns bigint so. */
  @Column({ type: DataType.BIGINT, allowNull: false, defaultValue: 0 })
  declare fitMatches: CreationOptional<string>;

  /** The version of the scoring rules that the score was calculated with. */
  @Column({ type: DataType.INTEGER, allowNull: false, defaultValue: 1 })
  declare rulesVersion: CreationOptional<number>;

  /**
   * The first column of the contact state, which ends with `outboundEmailWeight`: everything that the
   * interactions contribute to the score. Database triggers maintain it. This column is the date of the
   * latest interaction that is not planned.
   */
  @Column({ type: DataType.DATE })
  declare lastInteractionAt: CreationOptional<Date | null>;

  /**
   * The latest interaction that is a contact and not planned. Every interaction is a contact except an
   * outbound e-mail.
   */
  @Column({ type: DataType.DATE })
  declare lastContactAt: CreationOptional<Date | null>;

  /** The earliest planned interaction; `-Infinity` if the state is unknown. */
  @Column({ type: DataType.DATE })
  declare nextInteractionAt: CreationOptional<Date | number | null>;

  /** The earliest planned contact. */
  @Column({ type: DataType.DATE })
  declare nextContactAt: CreationOptional<Date | null>;

  @Column({ type: DataType.INTEGER })
  declare meetingCount: CreationOptional<number | null>;

  @Column({ type: DataType.INTEGER })
  declare callCount: CreationOptional<number | null>;

  /** Excludes outbound e-mails. */
  @Column({ type: DataType.INTEGER })
  declare emailCount: CreationOptional<number | null>;

  @Column({ type: DataType.INTEGER, allowNull: false, defaultValue: 0 })
  declare outboundEmailCount: CreationOptional<number>;

  /** The decayed counts as of `lastInteractionAt`. */
  @Column({ type: DataType.DOUBLE, allowNull: false, defaultValue: 0 })
  declare meetingWeight: CreationOptional<number>;

  @Column({ type: DataType.DOUBLE, allowNull: false, defaultValue: 0 })
  declare callWeight: CreationOptional<number>;

  @Column({ type: DataType.DOUBLE, allowNull: false, defaultValue: 0 })
  declare emailWeight: CreationOptional<number>;

  @Column({ type: DataType.DOUBLE, allowNull: false, defaultValue: 0 })
  declare outboundEmailWeight: CreationOptional<number>;

  /** The half-life of these weights. */
  @Column({ type: DataType.DOUBLE, allowNull: false, defaultValue: 30 })
  declare weightHalfLifeDays: CreationOptional<number>;

  /** The name of the system that `externalId` comes from; null if there is no external id. */
  @Column({ type: DataType.STRING(64) })
  declare externalSource: CreationOptional<string | null>;

  /** The id of the lead in another system, unique together with `externalSource`. */
  @Column({ type: DataType.STRING })
  declare externalId: CreationOptional<string | null>;

  /** The import that wrote the values of this row. A database trigger empties it when a value changes. */
  @Column({ type: DataType.INTEGER })
  declare importId: CreationOptional<number | null>;

  /** Whether anything else has changed the imported values since. A trigger maintains it. */
  @Column({ type: DataType.BOOLEAN, allowNull: false, defaultValue: false })
  declare isChangedSinceImport: CreationOptional<boolean>;

  @Column({ type: DataType.DATE, allowNull: false })
  declare createdAt: CreationOptional<Date>;

  @Column({ type: DataType.DATE, allowNull: false })
  declare updatedAt: CreationOptional<Date>;
}
