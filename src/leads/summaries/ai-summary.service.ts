import { Injectable } from '@nestjs/common';
import { InjectConnection, InjectModel } from '@nestjs/sequelize';
import { Sequelize } from 'sequelize';
import { now } from '../../common/clock.js';
import { NotFoundError } from '../../common/domain-error.js';
import { inTransaction } from '../../database/transactions.js';
import { Interaction } from '../../interactions/interaction.model.js';
import { Lead } from '../lead.model.js';
import { scoreLeadNow } from '../scoring/lead-scores.js';
import { type SummaryFacts, SummaryWriter } from './summary-writer.js';

/** Interactions that a writer gets to see, newest first; it is told how many there are. */
const MAX_INTERACTIONS = 50;

/** Calculates a lead's score afresh and has its summary written. */
@Injectable()
export class AISummaryService {
  constructor(
    @InjectConnection() private readonly sequelize: Sequelize,
    @InjectModel(Lead) private readonly leads: typeof Lead,
    @InjectModel(Interaction) private readonly interactions: typeof Interaction,
    private readonly writer: SummaryWriter,
  ) {}

  /**
   * Three steps: the fresh score is committed; the summary is written while no transaction and no connection
   * is held; the summary is saved. Where the second fails, the score stays, and the old summary with its time.
   * @throws NOT_FOUND; a code that begins with SUMMARY_ where the summary could not be written
   */
  async regenerate(leadId: number): Promise<Lead> {
    await this.calculateActivityScore(leadId);
    const written = await this.writer.write(await this.readFacts(leadId));
    await this.leads.update(
      { summary: written.text, summaryGeneratedAt: now(), summarySource: written.source },
      // `updatedAt` says when somebody changed the lead; a summary is no such change.
      { where: { id: leadId }, silent: true },
    );
    // It may have been removed meanwhile.
    return this.findLead(leadId);
  }

  /** Calculates a lead's activity score as of now and saves it. @throws NOT_FOUND */
  private async calculateActivityScore(leadId: number): Promise<void> {
    const isFound = await inTransaction(this.sequelize, (transaction) =>
      scoreLeadNow(this.sequelize, transaction, leadId),
    );
    if (!isFound) throw new NotFoundError('Lead', leadId);
  }

  private async readFacts(leadId: number): Promise<SummaryFacts> {
    const lead = await this.findLead(leadId);
    const { rows, count } = await this.interactions.findAndCountAll({
      where: { leadId },
      order: [
        ['date', 'DESC'],
        ['id', 'DESC'],
      ],
      limit: MAX_INTERACTIONS,
    });
    return {
      leadId: lead.id,
      firstName: lead.firstName,
      lastName: lead.lastName,
      company: lead.company,
      location: lead.location,
      source: lead.source,
      status: lead.status,
      budget: lead.budget,
      activityScore: lead.activityScore ?? 0,
      asOf: lead.scoreCalculatedAt ?? now(),
      interactions: rows.map(({ type, date, notes }) => ({ type, date, notes })),
      interactionCount: count,
    };
  }

  private async findLead(leadId: number): Promise<Lead> {
    const lead = await this.leads.findByPk(leadId);
    if (lead === null) throw new NotFoundError('Lead', leadId);
    return lead;
  }
}
