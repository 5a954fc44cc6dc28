import { givenValues } from '../common/given-values.js';
import { DEFAULT_LEAD_STATUS } from '../leads/lead-status.js';
import { type LeadColumn } from './csv-schema.js';
import { type LineCounts, noLines, type RejectedLine } from './import-report.js';
import { type EmailHolder, LeadMatcher } from './lead-match.js';
import { violationsOfNewLead, type LeadLine } from './lead-line.js';

/** The values of a lead in a file, apart from its e-mail. */
export type LeadValues = Readonly<Record<Exclude<LeadColumn, 'email' | 'budget'>, string | null>> & {
  readonly budget: number | null;
};

export type StoredLead = EmailHolder & LeadValues;

export interface NewLead {
  readonly email: string;
  readonly values: LeadValues;
}

export interface ChangedLead {
  readonly id: number;
  /** Only the changed values. */
  readonly changes: Partial<LeadValues>;
}

/** The effects of lines on leads, calculated before the database is changed. */
export interface LeadDrafts {
  readonly inserts: readonly NewLead[];
  readonly updates: readonly ChangedLead[];
  /** The stored leads that lines refer to, whether changed or not. */
  readonly matchedIds: readonly number[];
  readonly counts: LineCounts;
  readonly rejections: readonly RejectedLine[];
}

const NO_VALUES: LeadValues = {
  firstName: null,
  lastName: null,
  phone: null,
  budget: null,
  location: null,
  company: null,
  source: null,
  status: DEFAULT_LEAD_STATUS,
};

interface Draft {
  readonly email: string;
  readonly stored: StoredLead | null;
  values: LeadValues;
}

/** Applies lines in order, so that each line sees the values of previous lines. */
export function draftLeads(lines: readonly LeadLine[], storedLeads: readonly StoredLead[]): LeadDrafts {
  const matcher = new LeadMatcher(storedLeads);
  const drafts = new Map<number | string, Draft>();
  const counts = noLines();
  const rejections: RejectedLine[] = [];
  const reject = ({ line }: LeadLine, reason: string) => {
    counts.rejected += 1;
    rejections.push({ line, reason });
  };
  for (const line of lines) {
    const match = matcher.find(line.writtenEmail);
    if ('reason' in match) {
      reject(line, match.reason);
      continue;
    }
    const { email, ...input } = line.input;
    const given = givenValues(input);
    const key = match.lead?.id ?? email;
    const draft = drafts.get(key) ?? (match.lead === null ? null : draftOf(match.lead));
    if (draft !== null) {
      counts[changes(draft.values, given) ? 'updated' : 'unchanged'] += 1;
      draft.values = { ...draft.values, ...given };
      drafts.set(key, draft);
      continue;
    }
    const violations = violationsOfNewLead(line.input);
    if (violations.length > 0) {
      reject(line, `no lead has this e-mail, and to create one, ${violations.join(' and ')}`);
      continue;
    }
    counts.inserted += 1;
    drafts.set(key, { email, stored: null, values: { ...NO_VALUES, ...given } });
  }
  return { ...rowsOf([...drafts.values()]), counts, rejections };
}

function draftOf(stored: StoredLead): Draft {
  return { email: stored.email, stored, values: stored };
}

function changes(values: LeadValues, given: Partial<LeadValues>): boolean {
  return Object.entries(given).some(([column, value]) => values[column as keyof LeadValues] !== value);
}

function rowsOf(drafts: readonly Draft[]): Pick<LeadDrafts, 'inserts' | 'updates' | 'matchedIds'> {
  const inserts = drafts.filter(({ stored }) => stored === null);
  const matched = drafts.filter((draft): draft is Draft & { stored: StoredLead } => draft.stored !== null);
  return {
    inserts,
    updates: matched
      .map(({ stored, values }) => ({ id: stored.id, changes: differences(stored, values) }))
      .filter((lead) => Object.keys(lead.changes).length > 0),
    matchedIds: matched.map(({ stored }) => stored.id),
  };
}

function differences(stored: LeadValues, values: LeadValues): Partial<LeadValues> {
  const columns = Object.keys(NO_VALUES) as (keyof LeadValues)[];
  return Object.fromEntries(
    columns.filter((column) => stored[column] !== values[column]).map((column) => [column, values[column]]),
  );
}
