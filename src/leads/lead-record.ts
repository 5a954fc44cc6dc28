import type { InferAttributes } from 'sequelize';
import type { Lead } from './lead.model.js';
import { DEFAULT_LEAD_STATUS } from './lead-status.js';
import { budgetOf } from './stored-budget.js';

/** What there is of a lead, without a model around it. */
export type LeadRecord = Readonly<InferAttributes<Lead>>;

/** A row of `leads` as the driver gives it: `numeric` as text, so as not to lose digits. */
export type LeadRow = Omit<LeadRecord, 'budget' | 'status'> & {
  readonly budget: string | null;
  readonly status: string | null;
};

export const leadRecordOf = (row: LeadRow): LeadRecord => ({
  ...row,
  budget: budgetOf(row.budget),
  status: row.status ?? DEFAULT_LEAD_STATUS,
});
