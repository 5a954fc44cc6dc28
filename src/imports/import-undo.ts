import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { DomainError, NotFoundError } from '../common/domain-error.js';
import { deferScores, lockBulkScoring } from '../leads/scoring/bulk-recalculation.js';
import { recalculateAffected } from './affected-leads.js';
import { LOCK_RECORD, SAVE_UNDO } from './import-record.sql.js';
import { type ImportStatus, type KeptRow, MAX_NAMED_KEPT, type UndoReport } from './import-record.js';
import * as sql from './import-undo.sql.js';

/**
 * Undoes an import within a transaction: removes what it inserted, restores what it changed, and scores the leads. Rows that have
 * changed since the import are left alone and named.
 * @param caller the caller of the API or the user of the operating system, for the record
 * @throws NOT_FOUND; IMPORT_NOT_UNDOABLE if it did not succeed, or was undone before; the reason of the signal
 */
export async function undoImport(
  sequelize: Sequelize,
  transaction: Transaction,
  id: number,
  caller: string,
  signal: AbortSignal,
): Promise<UndoReport> {
  const run = (statement: string, bind: unknown[] = [id]) =>
    sequelize.query(statement, { transaction, bind });
  const select = <Row extends object>(statement: string, bind: unknown[] = [id]) =>
    sequelize.query<Row>(statement, { type: QueryTypes.SELECT, transaction, bind });
  const count = async (statement: string, bind?: unknown[]) =>
    (await select<{ count: number }>(statement, bind))[0]?.count ?? 0;

  const [record] = await select<{ status: ImportStatus; undoneAt: Date | null }>(LOCK_RECORD);
  ensureUndoable(id, record);
  await lockBulkScoring(sequelize, transaction);
  await deferScores(sequelize, transaction);
  await run(sql.CREATE_UNDO, []);
  await run(sql.FIND_AFFECTED);
  await run(sql.LOCK_AFFECTED, []);
  signal.throwIfAborted();
  await run(sql.KEEP_CHANGED);
  const restoredInteractions = await count(sql.RESTORE_INTERACTIONS);
  await run(sql.FORGET_RECORDED_TIMES);
  const removedInteractions = await count(sql.REMOVE_INTERACTIONS);
  const removedChanges = await count(sql.REMOVE_CHANGES);
  await run(sql.KEEP_CONTACTED);
  const removedLeads = await count(sql.REMOVE_LEADS);
  await run(sql.FIND_RESTORED);
  while ((await count(sql.KEEP_TAKEN, [])) > 0) signal.throwIfAborted();
  await run(sql.RELEASE_KEYS, []);
  const restoredLeads = await count(sql.RESTORE_LEADS, []);
  await run(sql.FORGET_CHANGES);
  await run(sql.REMOVE_UNAFFECTED, []);
  signal.throwIfAborted();
  const scores = await recalculateAffected(sequelize, transaction, signal, () => undefined);
  const kept = await select<KeptRow & { count: number }>(sql.READ_KEPT, [MAX_NAMED_KEPT]);
  const report: UndoReport = {
    removedLeads,
    restoredLeads,
    removedInteractions,
    restoredInteractions,
    removedChanges,
    keptCount: kept[0]?.count ?? 0,
    kept: kept.map(({ leadId, interactionId, reason }) => ({ leadId, interactionId, reason })),
    scoreCount: scores.count,
    failedScoreCount: scores.failedCount,
  };
  await run(SAVE_UNDO, [id, caller, JSON.stringify(report)]);
  return report;
}

function ensureUndoable(
  id: number,
  record: { readonly status: ImportStatus; readonly undoneAt: Date | null } | undefined,
): void {
  if (record === undefined) throw new NotFoundError('Import', id);
  const reason =
    record.undoneAt !== null
      ? `it was undone at ${record.undoneAt.toISOString()}`
      : record.status === 'succeeded'
        ? null
        : 'it has not succeeded, so it has changed nothing';
  if (reason === null) return;
  throw new DomainError('IMPORT_NOT_UNDOABLE', `Import ${id} cannot be undone: ${reason}.`, {
    isExpected: true,
  });
}
