import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { INSERT_LEADS, LOCK_LEADS_BY_EMAIL, UPDATE_LEADS } from './csv-import.sql.js';
import {
  type ChangedLead,
  draftLeads,
  type LeadValues,
  type NewLead,
  type StoredLead,
} from './lead-drafts.js';
import type { LeadLine } from './lead-line.js';
import { emailKeys } from './lead-match.js';
import { RowsSkippedError, type WrittenLines } from './line-batches.js';
import type { AffectedLeads } from './affected-leads.js';

/** The order matches the parameters of INSERT_LEADS and UPDATE_LEADS after the first. */
const VALUE_COLUMNS = [
  'firstName',
  'lastName',
  'phone',
  'budget',
  'location',
  'company',
  'source',
  'status',
] as const satisfies (keyof LeadValues)[];

/** Inserts and updates leads by e-mail, within one transaction. */
export class LeadWriter {
  constructor(
    private readonly sequelize: Sequelize,
    private readonly transaction: Transaction,
    private readonly affectedLeads: AffectedLeads,
  ) {}

  /** @throws RowsSkippedError if not all rows were written */
  async write(lines: readonly LeadLine[]): Promise<WrittenLines> {
    const stored = await this.sequelize.query<StoredLead>(LOCK_LEADS_BY_EMAIL, {
      type: QueryTypes.SELECT,
      transaction: this.transaction,
      bind: [emailKeys(lines)],
    });
    const { inserts, updates, matchedIds, counts, rejections } = draftLeads(lines, stored);
    const insertedIds = await this.insert(inserts);
    await this.update(updates);
    await this.affectedLeads.add([...insertedIds, ...matchedIds]);
    return { counts, rejections };
  }

  private insert(leads: readonly NewLead[]): Promise<number[]> {
    const emails = leads.map(({ email }) => email);
    return this.run(INSERT_LEADS, emails, columnsOf(leads.map(({ values }) => values)));
  }

  private async update(leads: readonly ChangedLead[]): Promise<void> {
    const ids = leads.map(({ id }) => id);
    await this.run(UPDATE_LEADS, ids, columnsOf(leads.map(({ changes }) => changes)));
  }

  /** Runs a statement that returns an id for every lead. */
  private async run(sql: string, keys: readonly unknown[], columns: unknown[][]): Promise<number[]> {
    if (keys.length === 0) return [];
    const rows = await this.sequelize.query<{ id: number }>(sql, {
      type: QueryTypes.SELECT,
      transaction: this.transaction,
      bind: [keys, ...columns],
    });
    if (rows.length < keys.length) throw new RowsSkippedError();
    return rows.map(({ id }) => id);
  }
}

function columnsOf(leads: readonly Partial<LeadValues>[]): unknown[][] {
  return VALUE_COLUMNS.map((column) => leads.map((values) => values[column] ?? null));
}
