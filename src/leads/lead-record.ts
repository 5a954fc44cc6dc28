import type { InferAttributes } from 'sequelize';
import type { Lead } from './lead.model.js';
import { DEFAULT_LEAD_STATUS } from './lead-status.js';

/** What there is of a lead, without a model around it. */
export type LeadRecord = Readonly<Omit<InferAttributes<Lead>, 'deletedAt' | 'version'>>;
export type LeadColumn = keyof LeadRecord;

/** What is read of a lead where only some of it is asked for. */
export type PartOfLead = Pick<LeadRecord, 'id'> & Partial<LeadRecord>;

const COLUMNS = {
  id: 'leads.id',
  firstName: 'leads."firstName"',
  lastName: 'leads."lastName"',
  email: 'leads.email',
  phone: 'leads.phone',
  // Two decimals fit a number exactly enough. `numeric` knows NaN, which says nothing about a budget.
  budget: `CASE WHEN leads.budget <> 'NaN' THEN leads.budget::float8 END AS budget`,
  location: 'leads.location',
  company: 'leads.company',
  source: 'leads.source',
  // An adopted database may hold leads without one.
  status: `coalesce(leads.status, '${DEFAULT_LEAD_STATUS}') AS status`,
  summary: 'leads.summary',
  summaryGeneratedAt: 'leads."summaryGeneratedAt"',
  summarySource: 'leads."summarySource"',
  activityScore: 'leads."activityScore"',
  scoreCalculatedAt: 'leads."scoreCalculatedAt"',
  scoreInputsChangedAt: 'leads."scoreInputsChangedAt"',
  scoreParameters: 'leads."scoreParameters"',
  recencyPoints: 'leads."recencyPoints"',
  engagementPoints: 'leads."engagementPoints"',
  budgetPoints: 'leads."budgetPoints"',
  statusPoints: 'leads."statusPoints"',
  lastInteractionAt: 'leads."lastInteractionAt"',
  lastContactAt: 'leads."lastContactAt"',
  nextInteractionAt: 'leads."nextInteractionAt"',
  nextContactAt: 'leads."nextContactAt"',
  meetingCount: 'leads."meetingCount"',
  callCount: 'leads."callCount"',
  emailCount: 'leads."emailCount"',
  outboundEmailCount: 'leads."outboundEmailCount"',
  meetingWeight: 'leads."meetingWeight"',
  callWeight: 'leads."callWeight"',
  emailWeight: 'leads."emailWeight"',
  outboundEmailWeight: 'leads."outboundEmailWeight"',
  scoreValidUntil: 'leads."scoreValidUntil"',
  createdAt: 'leads."createdAt"',
  updatedAt: 'leads."updatedAt"',
} as const satisfies Record<LeadColumn, string>;

export const LEAD_COLUMNS = Object.keys(COLUMNS) as LeadColumn[];

/** SQL that reads columns of `leads`, the id among them. */
export const readColumns = (columns: readonly LeadColumn[]): string =>
  [...new Set<LeadColumn>(['id', ...columns])].map((column) => COLUMNS[column]).join(', ');
