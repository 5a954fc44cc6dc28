import { Injectable } from '@nestjs/common';
import { InjectConnection, InjectModel } from '@nestjs/sequelize';
import { ForeignKeyConstraintError, Sequelize, Transaction } from 'sequelize';
import { DomainError, NotFoundError } from '../common/domain-error.js';
import { completeExternalKey } from '../common/external-id.js';
import { givenValues } from '../common/given-values.js';
import { ListSettings } from '../config/list-settings.js';
import { readRows } from '../database/read-rows.js';
import { inTransaction } from '../database/transactions.js';
import { ListSizes } from '../list-sizes/list-sizes.js';
import { Lead } from '../leads/lead.model.js';
import { SummariesAfterChange } from '../summaries/summaries-after-change.js';
import type { CreateInteractionInput } from './dto/create-interaction.input.js';
import type { UpdateInteractionInput } from './dto/update-interaction.input.js';
import {
  INTERACTION_COLUMNS,
  type InteractionColumn,
  type InteractionRecord,
  type PartOfInteraction,
  readColumns,
} from './interaction-record.js';
import { Interaction } from './interaction.model.js';

/**
 * A database trigger scores the lead in the same transaction in which its interaction changes. Changes and
 * deletions lock the lead before the interaction, like the deletion of a lead, to prevent deadlocks.
 */
@Injectable()
export class InteractionsService {
  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    @InjectModel(Interaction) private readonly interactions: typeof Interaction,
    @InjectModel(Lead) private readonly leads: typeof Lead,
    private readonly summaries: SummariesAfterChange,
    private readonly settings: ListSettings,
    private readonly listSizes: ListSizes,
  ) {}

  /**
   * Returns every interaction, newest first.
   * @param columns the columns to read, apart from the id and the id of the lead
   * @throws LIST_TOO_LONG if there are more interactions than the settings allow
   */
  findAll(columns: readonly InteractionColumn[]): Promise<PartOfInteraction[]> {
    return this.findUpToLimit(columns, '', []);
  }

  findById(id: number): Promise<Interaction | null> {
    return this.interactions.findByPk(id);
  }

  /** Returns the interactions with these ids that exist, in no particular order. */
  findByIds(ids: readonly number[]): Promise<InteractionRecord[]> {
    return readRows<InteractionRecord>(this.sequelize, {
      sql: `SELECT ${readColumns(INTERACTION_COLUMNS)} FROM interactions WHERE id = ANY ($1::integer[])`,
      bind: [ids],
    });
  }

  /**
   * Returns the interactions of these leads, newest first.
   * @param columns the columns to read, apart from the id and the id of the lead
   * @throws LIST_TOO_LONG if there are more interactions than the settings allow
   */
  findByLeadIds(
    leadIds: readonly number[],
    columns: readonly InteractionColumn[],
  ): Promise<PartOfInteraction[]> {
    return this.findUpToLimit(columns, 'WHERE "leadId" = ANY ($2::integer[])', [leadIds]);
  }

  /** Orders interactions at the same instant by id, so that the order is stable. */
  private async findUpToLimit(
    columns: readonly InteractionColumn[],
    where: string,
    bind: readonly unknown[],
  ): Promise<PartOfInteraction[]> {
    const { maxInteractions: max } = this.settings;
    const found = await readRows<PartOfInteraction>(this.sequelize, {
      sql: `SELECT ${readColumns(columns)} FROM interactions ${where} ORDER BY date DESC, id DESC LIMIT $1`,
      bind: [max + 1, ...bind],
    });
    if (found.length <= max) return found;
    throw new DomainError(
      'LIST_TOO_LONG',
      `There are more than ${max} interactions, too many for one response: use interactionsConnection to request pages.`,
      { details: { limit: max } },
    );
  }

  /** @throws NOT_FOUND if the lead does not exist; CONFLICT if another interaction has the external id */
  async create(input: CreateInteractionInput): Promise<Interaction> {
    const created = await inTransaction(this.sequelize, async (transaction) => {
      // Handled here, because `inTransaction` would convert the error to CONFLICT.
      const interaction = await this.interactions
        .create({ ...completeExternalKey(input) }, { transaction })
        .catch((error: unknown) => {
          throw error instanceof ForeignKeyConstraintError ? new NotFoundError('Lead', input.leadId) : error;
        });
      await this.summaries.queue(input.leadId, transaction);
      return interaction;
    });
    void this.listSizes.interactions.grow(1);
    return created;
  }

  /** @throws NOT_FOUND; CONFLICT if another interaction has the external id */
  update({ id, ...changes }: UpdateInteractionInput): Promise<Interaction> {
    return this.changeInteraction(id, (interaction, transaction) =>
      interaction.update(completeExternalKey(givenValues(changes), interaction), { transaction }),
    );
  }

  /** @throws NOT_FOUND */
  async remove(id: number): Promise<void> {
    await this.changeInteraction(id, (interaction, transaction) => interaction.destroy({ transaction }));
  }

  private changeInteraction<Result>(
    id: number,
    change: (interaction: Interaction, transaction: Transaction) => Promise<Result>,
  ): Promise<Result> {
    return inTransaction(this.sequelize, async (transaction) => {
      const unlocked = await this.interactions.findByPk(id, { attributes: ['leadId'], transaction });
      if (unlocked === null) throw new NotFoundError('Interaction', id);
      // An adopted database may contain interactions without a lead. They can still be changed.
      const isLocked = await this.lockLead(unlocked.leadId, transaction);
      // The interaction may have been deleted while this transaction waited for the lock.
      const interaction = await this.interactions.findByPk(id, { transaction });
      if (interaction === null) throw new NotFoundError('Interaction', id);
      const result = await change(interaction, transaction);
      if (isLocked) await this.summaries.queue(unlocked.leadId, transaction);
      return result;
    });
  }

  /** @returns whether the lead exists */
  private async lockLead(leadId: number, transaction: Transaction): Promise<boolean> {
    const lead = await this.leads.findByPk(leadId, {
      attributes: ['id'],
      transaction,
      lock: transaction.LOCK.NO_KEY_UPDATE,
    });
    return lead !== null;
  }
}
