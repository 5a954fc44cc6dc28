import { LEAD_COLUMNS, type LeadColumn } from './lead-record.js';
import { STORED_SCORE_COLUMNS } from './scoring/score-breakdown.js';

/** For fields of a lead that are not columns: the columns that they are computed from, apart from the id. */
const SOURCE_COLUMNS: Readonly<Record<string, readonly LeadColumn[]>> = {
  __typename: [],
  history: [],
  interactions: [],
  interactionsConnection: [],
  isOpen: ['status'],
  scoreAt: [],
  scoreBand: ['activityScore', 'status'],
  scoreBreakdown: STORED_SCORE_COLUMNS,
  scoreFallsBelow: [],
  scoreTimeline: [],
  isScoreStale: [],
  winRate: ['status', 'activityScore'],
  summaryDetail: ['summarySource'],
};

const isColumn = (name: string): name is LeadColumn => (LEAD_COLUMNS as readonly string[]).includes(name);

/** Returns the columns that the given fields need. Returns all columns if one of the fields is unknown. */
export function columnsOfFields(fields: ReadonlySet<string>): readonly LeadColumn[] {
  const columns = [...fields].map((field) => (isColumn(field) ? [field] : SOURCE_COLUMNS[field]));
  return columns.includes(undefined) ? LEAD_COLUMNS : columns.flatMap((names) => names ?? []);
}
