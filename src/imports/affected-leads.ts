import type { Sequelize, Transaction } from 'sequelize';
import { countLeadsOf, recalculateLeads } from '../leads/scoring/bulk-recalculation.js';
import { readClock } from '../leads/scoring/lead-scores.js';
import type { RecalculationFailure } from '../leads/scoring/recalculation-counter.js';

export interface AffectedScores {
  readonly count: number;
  readonly failedCount: number;
  /** The first failures. */
  readonly failures: readonly RecalculationFailure[];
}

/** The table of the leads whose scores an import or an undo may change. It ends with the transaction. */
export const AFFECTED_LEADS = 'pg_temp.import_affected_leads';

export const CREATE_AFFECTED_LEADS =
  'CREATE TEMP TABLE import_affected_leads (id integer PRIMARY KEY) ON COMMIT DROP';

/** $1: the id of the import. With the lead that an interaction was moved away from. */
export const ADD_AFFECTED_LEADS = `
  INSERT INTO ${AFFECTED_LEADS}
  SELECT "leadId" FROM pg_temp.import_lead_plan WHERE action IN ('insert', 'update')
  UNION
  SELECT "leadId" FROM pg_temp.import_interaction_plan WHERE action IN ('insert', 'update')
  UNION
  SELECT "leadId" FROM import_changes WHERE "importId" = $1`;

/** Updates the row count that PostgreSQL uses for planning. */
const ANALYZE_AFFECTED_LEADS = `ANALYZE ${AFFECTED_LEADS}`;

/** Scores these leads. `onScored` may throw, which stops the work. */
export async function recalculateAffected(
  sequelize: Sequelize,
  transaction: Transaction,
  signal: AbortSignal,
  onScored: (count: number, totalCount: number) => void,
): Promise<AffectedScores> {
  await sequelize.query(ANALYZE_AFFECTED_LEADS, { transaction });
  const totalCount = await countLeadsOf(sequelize, transaction, AFFECTED_LEADS);
  const { savedCount, failedCount, failures } = await recalculateLeads(sequelize, transaction, {
    asOf: await readClock(sequelize, transaction),
    ids: AFFECTED_LEADS,
    totalCount,
    signal,
    onProgress: ({ calculatedCount }) => {
      onScored(calculatedCount, totalCount);
    },
  });
  return { count: savedCount, failedCount, failures };
}
