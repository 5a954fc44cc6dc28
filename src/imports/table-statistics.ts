import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';

/**
 * $1, $2, $3: the numbers of inserted leads, interactions and imported changes. Returns whether they are a large share of the rows
 * that PostgreSQL knows of.
 */
const READ_IS_ANALYSIS_DUE = `
  SELECT bool_or(added > greatest(reltuples, 0) / 10) AS "isDue"
  FROM pg_class JOIN (VALUES ('leads'::regclass, $1::int), ('interactions'::regclass, $2::int), ('lead_changes'::regclass, $3::int)) AS tables (id, added)
    ON pg_class.oid = tables.id`;

/**
 * Other sessions then also replan statements that they planned for smaller tables. A role without permission
 * to analyze the tables gets a warning, not an error. A table that another session is analyzing is skipped.
 */
const ANALYZE_TABLES = 'ANALYZE (SKIP_LOCKED) leads, interactions, lead_changes, lead_scores';

/**
 * Updates the statistics of PostgreSQL after many rows were inserted. It comes last: earlier, the statistics would contain no
 * scores of the new leads.
 */
export async function analyzeIfGrown(
  sequelize: Sequelize,
  transaction: Transaction,
  inserted: { readonly leads: number; readonly interactions: number; readonly changes: number },
): Promise<void> {
  const [tables] = await sequelize.query<{ isDue: boolean | null }>(READ_IS_ANALYSIS_DUE, {
    type: QueryTypes.SELECT,
    transaction,
    bind: [inserted.leads, inserted.interactions, inserted.changes],
  });
  if (tables?.isDue === true) await sequelize.query(ANALYZE_TABLES, { transaction });
}
