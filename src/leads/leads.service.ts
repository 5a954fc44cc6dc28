import { Injectable } from '@nestjs/common';
import { InjectConnection, InjectModel } from '@nestjs/sequelize';
import { Op, QueryTypes, Sequelize, Transaction } from 'sequelize';
import { DomainError, NotFoundError } from '../common/domain-error.js';
import { completeExternalKey } from '../common/external-id.js';
import { givenValues } from '../common/given-values.js';
import { ListSettings } from '../config/list-settings.js';
import { readRows } from '../database/read-rows.js';
import { emailKey } from '../common/email-key.js';
import { inTransaction } from '../database/transactions.js';
import { ListSizes } from '../list-sizes/list-sizes.js';
import { Interaction } from '../interactions/interaction.model.js';
import type { CreateLeadInput } from './dto/create-lead.input.js';
import type { LeadByExternalIdArgs } from './dto/lead-by-external-id.args.js';
import type { UpdateLeadInput } from './dto/update-lead.input.js';
import {
  LEAD_COLUMNS,
  type LeadColumn,
  type LeadRecord,
  type PartOfLead,
  readColumns,
} from './lead-record.js';
import { Lead } from './lead.model.js';
import { DEFAULT_LEAD_STATUS } from './lead-status.js';
import { scoreLead } from './scoring/lead-scores.js';
import { READ_STALE } from './scoring/stale-scores.sql.js';
import { SummariesAfterChange } from '../summaries/summaries-after-change.js';

const EMAIL_TAKEN = 'email is already taken.';

@Injectable()
export class LeadsService {
  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    @InjectModel(Lead) private readonly leads: typeof Lead,
    @InjectModel(Interaction) private readonly interactions: typeof Interaction,
    private readonly settings: ListSettings,
    private readonly summaries: SummariesAfterChange,
    private readonly listSizes: ListSizes,
  ) {}

  /**
   * Returns every lead, ordered by id.
   * @param columns the columns to read, apart from the id
   * @throws LIST_TOO_LONG if there are more leads than the settings allow
   */
  async findAll(columns: readonly LeadColumn[]): Promise<PartOfLead[]> {
    const { maxLeads } = this.settings;
    const leads = await readRows<PartOfLead>(this.sequelize, {
      sql: `SELECT ${readColumns(columns)} FROM leads ORDER BY id LIMIT $1`,
      bind: [maxLeads + 1],
    });
    if (leads.length <= maxLeads) return leads;
    throw new DomainError(
      'LIST_TOO_LONG',
      `There are more than ${maxLeads} leads, too many for one response: use leadsConnection to request pages.`,
      { details: { limit: maxLeads } },
    );
  }

  findById(id: number): Promise<Lead | null> {
    return this.leads.findByPk(id);
  }

  /** Returns the lead that has this id in the other system. */
  findByExternalId({ source, id }: LeadByExternalIdArgs): Promise<Lead | null> {
    return this.leads.findOne({ where: { externalSource: source, externalId: id } });
  }

  /** Returns the leads with these ids that exist, in no particular order. */
  findByIds(ids: readonly number[]): Promise<LeadRecord[]> {
    return readRows<LeadRecord>(this.sequelize, {
      sql: `SELECT ${readColumns(LEAD_COLUMNS)} FROM leads WHERE id = ANY ($1::integer[])`,
      bind: [ids],
    });
  }

  /** Returns the ids of those leads whose score a recalculation would change now. */
  async findStale(ids: readonly number[]): Promise<number[]> {
    const stale = await this.sequelize.query<{ id: number }>(READ_STALE, {
      type: QueryTypes.SELECT,
      bind: [ids],
    });
    return stale.map(({ id }) => id);
  }

  /**
   * Creates a lead and calculates its first score.
   * @throws CONFLICT if another lead has the e-mail or the external id
   */
  async create(input: CreateLeadInput): Promise<Lead> {
    const created = await inTransaction(this.sequelize, async (transaction) => {
      if (await this.isEmailTaken(input.email, null, transaction)) {
        throw new DomainError('CONFLICT', EMAIL_TAKEN);
      }
      const lead = await this.leads.create(
        { ...completeExternalKey(input), status: input.status ?? DEFAULT_LEAD_STATUS },
        { transaction },
      );
      await scoreLead(this.sequelize, transaction, lead.id);
      await this.summaries.queue(lead.id, transaction);
      return lead.reload({ transaction });
    });
    void this.listSizes.leads.grow(1);
    return created;
  }

  /**
   * Changes the given fields. A trigger scores the lead in the same UPDATE if its budget or status changes.
   * @throws NOT_FOUND; CONFLICT if another lead has the e-mail or the external id
   */
  update({ id, ...input }: UpdateLeadInput): Promise<Lead> {
    return inTransaction(this.sequelize, async (transaction) => {
      const changes = givenValues(input);
      const lead = await this.lockLead(id, transaction);
      if (changes.email !== undefined) {
        const isTaken = await this.isEmailTaken(changes.email, id, transaction);
        const isSame = emailKey(changes.email) === emailKey(lead.email);
        // A difference in letter case alone is not a change. In an adopted database, another lead may have
        // another spelling of the same address.
        if (isSame && (isTaken || changes.email === lead.email.toLowerCase())) delete changes.email;
        else if (isTaken) throw new DomainError('CONFLICT', EMAIL_TAKEN);
      }
      await lead.update(completeExternalKey(changes, lead), { transaction });
      await this.summaries.queue(id, transaction);
      return lead.reload({ transaction });
    });
  }

  /**
   * Deletes a lead and its interactions.
   * @throws NOT_FOUND
   */
  remove(id: number): Promise<void> {
    return inTransaction(this.sequelize, async (transaction) => {
      const lead = await this.lockLead(id, transaction);
      // The foreign key of an adopted database may lack ON DELETE CASCADE.
      await this.interactions.destroy({ where: { leadId: id }, transaction });
      await lead.destroy({ transaction });
    });
  }

  private async lockLead(id: number, transaction: Transaction): Promise<Lead> {
    const lead = await this.leads.findByPk(id, { transaction, lock: transaction.LOCK.UPDATE });
    if (lead === null) throw new NotFoundError('Lead', id);
    return lead;
  }

  /**
   * Looks for leads with another spelling of the same address. The unique key does not detect those that were
   * stored before addresses were normalised. For new addresses, the unique key also resolves race conditions.
   */
  private async isEmailTaken(
    email: string,
    exceptId: number | null,
    transaction: Transaction,
  ): Promise<boolean> {
    const holder = await this.leads.findOne({
      attributes: ['id'],
      where: {
        [Op.and]: [
          Sequelize.where(Sequelize.fn('email_key', Sequelize.col('email')), emailKey(email)),
          ...(exceptId === null ? [] : [{ id: { [Op.ne]: exceptId } }]),
        ],
      },
      transaction,
    });
    return holder !== null;
  }
}
