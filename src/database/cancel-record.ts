import { setTimeout as sleep } from 'node:timers/promises';
import type { Sequelize } from 'sequelize';
import { allowRequest } from '../common/request-time.js';

/** The maximum time to wait for the work to end. */
const LIMIT_MS = 10_000;
const RETRY_MS = 100;

/**
 * Cancels running work of any process that has a record, and waits until the work has rolled back.
 * @param first the record, which has the status `running`
 * @param request the statement that notifies the process. $1: the id
 * @returns the record after that; the work may have succeeded in the meantime
 */
export async function cancelRecord<Row extends { readonly id: number; readonly status: string }>(
  sequelize: Sequelize,
  first: Row,
  request: string,
  read: (id: number) => Promise<Row>,
): Promise<Row> {
  allowRequest(LIMIT_MS);
  const deadline = performance.now() + LIMIT_MS;
  let record = first;
  // The request is repeated until the work has ended. Repeated notifications have no effect.
  while (record.status === 'running' && performance.now() < deadline) {
    await sequelize.query(request, { bind: [record.id] });
    await sleep(RETRY_MS);
    record = await read(record.id);
  }
  return record;
}
