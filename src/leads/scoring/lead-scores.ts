import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { type ActivityScore, calculateActivityScore, type ScoredInteraction } from './activity-score.js';
import { LOCK_LEADS, READ_CLOCK, READ_INTERACTIONS, SAVE_SCORES } from './rescore.sql.js';

interface LockedLead {
  readonly id: number;
  readonly budget: number | null;
  readonly status: string;
  readonly scoreCalculatedAt: Date | null;
}

interface FreshScore {
  readonly leadId: number;
  readonly asOf: Date;
  readonly score: ActivityScore;
}

export interface SavedScores {
  /** Leads whose score was saved. */
  readonly saved: readonly number[];
  /** Leads whose score is fresher than `asOf`, and stays. */
  readonly fresher: readonly number[];
  /** Leads that the database passed over without an error, as a trigger can make it do. */
  readonly passedOver: readonly number[];
}

/** The database's clock, in whole milliseconds. */
export async function readClock(sequelize: Sequelize, transaction: Transaction): Promise<Date> {
  const [row] = await sequelize.query<{ asOf: Date }>(READ_CLOCK, { type: QueryTypes.SELECT, transaction });
  if (row === undefined) throw new Error('The database told no time.');
  return row.asOf;
}

/**
 * Scores leads at one instant and saves the scores; leads that do not exist are passed over. The leads stay
 * locked until the transaction ends, so no interaction that is committed by then is missing from a score.
 */
export async function scoreLeads(
  sequelize: Sequelize,
  transaction: Transaction,
  leadIds: readonly number[],
  asOf: Date,
): Promise<SavedScores> {
  const locked = await lockLeads(sequelize, transaction, leadIds);
  const isFresher = (lead: LockedLead) => lead.scoreCalculatedAt !== null && lead.scoreCalculatedAt > asOf;
  const due = locked.filter((lead) => !isFresher(lead));
  const saved = await scoreAndSave(sequelize, transaction, due, asOf);
  const isSaved = new Set(saved);
  return {
    saved,
    fresher: locked.filter(isFresher).map(({ id }) => id),
    passedOver: due.map(({ id }) => id).filter((id) => !isSaved.has(id)),
  };
}

/**
 * Scores one lead now, whatever its score is: the caller has just changed what the score rests on. Where the
 * clock stands before the time of the old score, that time is kept, so that it never goes backwards.
 * @returns whether the lead exists
 */
export async function scoreLeadNow(
  sequelize: Sequelize,
  transaction: Transaction,
  leadId: number,
): Promise<boolean> {
  const [lead] = await lockLeads(sequelize, transaction, [leadId]);
  if (lead === undefined) return false;
  const clock = await readClock(sequelize, transaction);
  const asOf =
    lead.scoreCalculatedAt !== null && lead.scoreCalculatedAt > clock ? lead.scoreCalculatedAt : clock;
  await scoreAndSave(sequelize, transaction, [lead], asOf);
  return true;
}

function lockLeads(
  sequelize: Sequelize,
  transaction: Transaction,
  leadIds: readonly number[],
): Promise<LockedLead[]> {
  return sequelize.query<LockedLead>(LOCK_LEADS, {
    type: QueryTypes.SELECT,
    transaction,
    bind: [leadIds],
  });
}

/** Reads the interactions after the leads were locked, in a statement of its own, which sees all there are. */
async function scoreAndSave(
  sequelize: Sequelize,
  transaction: Transaction,
  leads: readonly LockedLead[],
  asOf: Date,
): Promise<number[]> {
  if (leads.length === 0) return [];
  const interactions = await sequelize.query<ScoredInteraction & { leadId: number }>(READ_INTERACTIONS, {
    type: QueryTypes.SELECT,
    transaction,
    bind: [leads.map(({ id }) => id), asOf],
  });
  const byLead = new Map<number, ScoredInteraction[]>(leads.map(({ id }) => [id, []]));
  for (const interaction of interactions) byLead.get(interaction.leadId)?.push(interaction);
  const fresh = leads.map((lead) => ({
    leadId: lead.id,
    asOf,
    score: calculateActivityScore(lead, byLead.get(lead.id) ?? [], asOf),
  }));
  const saved = await sequelize.query<{ id: number }>(SAVE_SCORES, {
    type: QueryTypes.SELECT,
    transaction,
    bind: columnsOf(fresh),
  });
  return saved.map(({ id }) => id);
}

/** In the order of the parameters of SAVE_SCORES. */
function columnsOf(scores: readonly FreshScore[]): unknown[][] {
  return [
    scores.map(({ leadId }) => leadId),
    scores.map(({ score }) => score.activityScore),
    scores.map(({ asOf }) => asOf),
    scores.map(({ score }) => score.breakdown.recency),
    scores.map(({ score }) => score.breakdown.engagement),
    scores.map(({ score }) => score.breakdown.budget),
    scores.map(({ score }) => score.breakdown.status),
    scores.map(({ score }) => score.lastContactAt),
    scores.map(({ score }) => score.counts.meeting),
    scores.map(({ score }) => score.counts.call),
    scores.map(({ score }) => score.counts.email),
  ];
}
