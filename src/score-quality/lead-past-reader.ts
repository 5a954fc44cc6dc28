import type { ReadSnapshot } from '../database/read-snapshot.js';
import type { ScoringRules } from '../leads/scoring/scoring-rules.js';
import type { InteractionVersion, LeadChange, LeadPast } from './lead-past.js';
import {
  CHOOSE_SAMPLE,
  fetchLeadPasts,
  KINDS,
  type LeadPastRow,
  openLeadPasts,
  PREPARE_READING,
  READ_EXTENT,
} from './lead-pasts.sql.js';

const MAX_BATCH_LEADS = 250;

/** The number of interactions that a batch should have. */
const BATCH_INTERACTIONS = 5000;

/** Reads the pasts of all leads of a snapshot. */
export class LeadPastReader {
  private constructor(
    private readonly snapshot: ReadSnapshot,
    /** The instant of the snapshot, by the clock of the database. */
    readonly now: Date,
    readonly leadCount: number,
  ) {}

  /**
   * @param rules the rules whose fit criteria are evaluated
   * @param sample the number of leads to read; null: all
   */
  static async open(
    snapshot: ReadSnapshot,
    rules: ScoringRules,
    sample: number | null,
  ): Promise<LeadPastReader> {
    const { rows } = await snapshot.client.query<{ now: Date; leadCount: number }>(READ_EXTENT);
    if (rows[0] === undefined) throw new Error('READ_EXTENT returned no row.');
    const { now, leadCount } = rows[0];
    const ids = sample === null || sample >= leadCount ? null : await chooseSample(snapshot, sample);
    await snapshot.client.query(ids === null ? PREPARE_READING : 'SET LOCAL jit = off');
    await snapshot.client.query(openLeadPasts(rules, ids));
    return new LeadPastReader(snapshot, now, ids?.length ?? leadCount);
  }

  /**
   * Returns batches of leads by ascending id, once. `leadPastOf` converts each row. While the caller processes a batch,
   * PostgreSQL reads the next one.
   */
  async *batches(): AsyncGenerator<LeadPastRow[]> {
    let next = this.fetch(1);
    for (;;) {
      const rows = await next;
      if (rows.length === 0) return;
      next = this.fetch(nextBatchSize(rows));
      // The next turn throws the error.
      next.catch(() => undefined);
      yield rows;
    }
  }

  private async fetch(count: number): Promise<LeadPastRow[]> {
    const { rows } = await this.snapshot.client.query<LeadPastRow>(fetchLeadPasts(count));
    return rows;
  }
}

async function chooseSample(snapshot: ReadSnapshot, size: number): Promise<number[]> {
  const { rows } = await snapshot.client.query<{ id: number }>(CHOOSE_SAMPLE, [size]);
  return rows.map(({ id }) => id);
}

/** Estimates how many leads have the wanted number of interactions, as those of the batch before. */
function nextBatchSize(rows: readonly LeadPastRow[]): number {
  const interactions = rows.reduce((sum, { kinds }) => sum + (kinds?.length ?? 0), 0);
  const leads = Math.floor((rows.length * BATCH_INTERACTIONS) / Math.max(1, interactions));
  return Math.min(MAX_BATCH_LEADS, 2 * rows.length, Math.max(1, leads));
}

export function leadPastOf(row: LeadPastRow): LeadPast {
  return {
    id: row.id,
    changes: row.statuses.map((status, index): LeadChange => ({
      status,
      budget: budgetOf(row.budgets[index]),
      fit: row.fits[index] ?? 0,
      fitWithoutStatus: row.fitsWithoutStatus[index] ?? 0,
      effectiveAt: milliseconds(row.effectiveAt[index]),
      recordedAt: milliseconds(row.changeRecordedAt[index]),
    })),
    interactions: (row.kinds ?? []).map((kind, index): InteractionVersion => {
      // All objects have the same properties in the same order, and no spread: this runs millions of times.
      const { type, direction } = KINDS[kind] ?? KINDS[0];
      return {
        type,
        direction,
        date: new Date(milliseconds(row.dates?.[index])),
        recordedAt: milliseconds(row.recordedAt?.[index]),
        replacedAt: milliseconds(row.replacedAt?.[index] ?? Infinity),
      };
    }),
  };
}

const budgetOf = (budget: number | string | null | undefined): number | null =>
  budget == null ? null : Number(budget);

/**
 * Rounds up to whole milliseconds. This preserves comparisons with landmarks, which are whole milliseconds.
 * @param microseconds since 1970
 */
const milliseconds = (microseconds: number | undefined): number => Math.ceil((microseconds ?? NaN) / 1000);
