import { LEAD_COLUMNS, type LeadColumn } from './lead-record.js';
import { STORED_SCORE_COLUMNS } from './scoring/score-breakdown.js';

/** Of the fields of a lead that are no columns, the columns that they are made of, beside its id. */
const SOURCE_COLUMNS: Readonly<Record<string, readonly LeadColumn[]>> = {
  __typename: [],
  interactions: [],
  interactionsConnection: [],
  isOpen: ['status'],
  scoreAt: [],
  scoreBand: ['activityScore', 'status'],
  scoreBreakdown: STORED_SCORE_COLUMNS,
  scoreFallsBelow: [],
  scoreTimeline: [],
  isScoreStale: [],
  summaryDetail: ['summarySource'],
};

const isColumn = (name: string): name is LeadColumn => (LEAD_COLUMNS as readonly string[]).includes(name);

/** The columns that fields of a lead are made of; all of them where it is not known of one. */
export function columnsOfFields(fields: ReadonlySet<string>): readonly LeadColumn[] {
  const columns = [...fields].map((field) => (isColumn(field) ? [field] : SOURCE_COLUMNS[field]));
  return columns.includes(undefined) ? LEAD_COLUMNS : columns.flatMap((names) => names ?? []);
}
