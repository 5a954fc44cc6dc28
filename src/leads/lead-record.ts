import type { InferAttributes } from 'sequelize';
import type { Lead } from './lead.model.js';
import { DEFAULT_LEAD_STATUS } from './lead-status.js';

/** The columns of a lead as a plain object, without a Sequelize model. */
export type LeadRecord = Readonly<Omit<InferAttributes<Lead>, 'deletedAt' | 'version'>>;
export type LeadColumn = keyof LeadRecord;

/** A lead of which only some columns were read. */
export type PartOfLead = Pick<LeadRecord, 'id'> & Partial<LeadRecord>;

const COLUMNS = {
  id: 'leads.id',
  firstName: 'leads."firstName"',
  lastName: 'leads."lastName"',
  email: 'leads.email',
  phone: 'leads.phone',
  // A double represents two decimals exactly enough. NaN is a valid `numeric`, but not a budget.
  budget: `CASE WHEN leads.budget <> 'NaN' THEN leads.budget::float8 END AS budget`,
  location: 'leads.location',
  company: 'leads.company',
  source: 'leads.source',
  // An adopted database may contain leads without a status.
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
  fitPoints: 'leads."fitPoints"',
  fitMatches: 'leads."fitMatches"',
  rulesVersion: 'leads."rulesVersion"',
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
  weightHalfLifeDays: 'leads."weightHalfLifeDays"',
  scoreValidUntil: 'leads."scoreValidUntil"',
  externalSource: 'leads."externalSource"',
  externalId: 'leads."externalId"',
  importId: 'leads."importId"',
  isChangedSinceImport: 'leads."isChangedSinceImport"',
  createdAt: 'leads."createdAt"',
  updatedAt: 'leads."updatedAt"',
} as const satisfies Record<LeadColumn, string>;

export const LEAD_COLUMNS = Object.keys(COLUMNS) as LeadColumn[];

/** Returns a SQL select list of these columns of `leads`, always including the id. */
export const readColumns = (columns: readonly LeadColumn[]): string =>
  [...new Set<LeadColumn>(['id', ...columns])].map((column) => COLUMNS[column]).join(', ');
