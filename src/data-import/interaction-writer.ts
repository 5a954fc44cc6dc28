import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { INSERT_INTERACTIONS, KEEP_LEADS_BY_EMAIL } from './csv-import.sql.js';
import { noLines, type RejectedLine } from './import-report.js';
import type { InteractionLine } from './interaction-line.js';
import { type EmailHolder, emailKeys, LeadMatcher } from './lead-match.js';
import { RowsSkippedError, type WrittenLines } from './line-batches.js';
import type { AffectedLeads } from './affected-leads.js';

interface NewInteraction {
  readonly leadId: number;
  readonly line: InteractionLine;
}

/** Adds interactions to leads, identified by e-mail, within one transaction. */
export class InteractionWriter {
  constructor(
    private readonly sequelize: Sequelize,
    private readonly transaction: Transaction,
    private readonly affectedLeads: AffectedLeads,
  ) {}

  /** @throws RowsSkippedError if not all rows were written */
  async write(lines: readonly InteractionLine[]): Promise<WrittenLines> {
    const leads = await this.sequelize.query<EmailHolder>(KEEP_LEADS_BY_EMAIL, {
      type: QueryTypes.SELECT,
      transaction: this.transaction,
      bind: [emailKeys(lines)],
    });
    const { interactions, rejections } = assign(lines, new LeadMatcher(leads));
    await this.insert(interactions);
    await this.affectedLeads.add(interactions.map(({ leadId }) => leadId));
    const counts = { ...noLines(), inserted: interactions.length, rejected: rejections.length };
    return { counts, rejections };
  }

  private async insert(interactions: readonly NewInteraction[]): Promise<void> {
    if (interactions.length === 0) return;
    const rows = await this.sequelize.query(INSERT_INTERACTIONS, {
      type: QueryTypes.SELECT,
      transaction: this.transaction,
      bind: columnsOf(interactions),
    });
    if (rows.length < interactions.length) throw new RowsSkippedError();
  }
}

function assign(
  lines: readonly InteractionLine[],
  matcher: LeadMatcher<EmailHolder>,
): { interactions: NewInteraction[]; rejections: RejectedLine[] } {
  const interactions: NewInteraction[] = [];
  const rejections: RejectedLine[] = [];
  for (const line of lines) {
    const match = matcher.find(line.writtenEmail);
    if ('reason' in match) rejections.push({ line: line.line, reason: match.reason });
    else if (match.lead === null) rejections.push({ line: line.line, reason: 'no lead has this e-mail' });
    else interactions.push({ leadId: match.lead.id, line });
  }
  return { interactions, rejections };
}

/** The order matches the parameters of INSERT_INTERACTIONS. */
function columnsOf(interactions: readonly NewInteraction[]): unknown[][] {
  return [
    interactions.map(({ leadId }) => leadId),
    interactions.map(({ line }) => line.type),
    interactions.map(({ line }) => line.direction),
    // As text, because the driver formats dates in local time, with an offset rounded to minutes.
    interactions.map(({ line }) => line.date.toISOString()),
    interactions.map(({ line }) => line.notes),
  ];
}
