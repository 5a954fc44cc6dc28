import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import pg from 'pg';
import { currentRequest } from '../common/request-context.js';
import type { MemoryReservation } from '../common/answer-memory.js';
import { repeatable } from './connection-gate.js';
import { StatementCanceller } from './statement-canceller.js';

/** A statement with its parameters. */
export interface Statement {
  readonly sql: string;
  readonly bind: readonly unknown[];
}

/**
 * Reads rows over a pooled connection, in the format of the driver. Sequelize parses every statement and
 * copies every row, which takes about as long as reading a page of a list. Outside transactions only.
 */
export function readRows<Row extends object>(sequelize: Sequelize, statement: Statement): Promise<Row[]> {
  return repeatable(true, () => readOnce(sequelize, statement));
}

async function readOnce<Row extends object>(sequelize: Sequelize, { sql, bind }: Statement): Promise<Row[]> {
  const { connectionManager } = sequelize;
  const memory = currentRequest()?.memory;
  const connection = await connectionManager.getConnection({ type: 'read' });
  const client = connection as pg.Client;
  const canceller = new StatementCanceller(client);
  const cancel = () => {
    canceller.start();
  };
  try {
    return await query(client, { text: sql, values: [...bind], types: { getTypeParser } }, memory, cancel);
  } finally {
    await canceller.stop();
    connectionManager.releaseConnection(connection);
  }
}

/** Internals of the driver that its types omit. */
interface RowReceiver {
  handleDataRow(message: { readonly length: number }): void;
}

/**
 * The driver's own promise keeps all rows in memory until the next full garbage collection (pg 8.23, Node.js
 * 20). That took a third of the processor time of a list. Each row is counted as it arrives. If the response
 * gets too large, no further row is kept.
 */
function query<Row extends object>(
  client: pg.Client,
  config: pg.QueryConfig,
  memory: MemoryReservation | undefined,
  cancel: () => void,
): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    let failure: Error | null = null;
    const reading = new pg.Query<Row>(config, (error: Error | null, result: pg.QueryResult<Row>) => {
      const cause = failure ?? error;
      if (cause) reject(cause);
      else resolve(result.rows);
    });
    if (memory !== undefined) {
      const receiver = reading as unknown as RowReceiver;
      const keep = receiver.handleDataRow.bind(reading);
      receiver.handleDataRow = (message) => {
        if (failure !== null) return;
        try {
          memory.addRow(message.length);
          keep(message);
        } catch (error) {
          failure = error as Error;
          cancel();
        }
      };
    }
    client.query(reading);
  });
}

const TIMESTAMPTZ: number = pg.types.builtins.TIMESTAMPTZ;
const parseInstant = pg.types.getTypeParser(TIMESTAMPTZ) as (text: string) => unknown;

const DIGIT_ZERO = 48;

/**
 * Parses timestamps of common years in UTC, as PostgreSQL formats them for Sequelize's sessions: `2026-03-01
 * 09:30:00.123456+00`. A page of a list has hundreds of them, so digits are read in place, without
 * substrings. All other timestamps are left to the driver.
 */
export function instantOf(text: string): unknown {
  const isCommon = text[4] === '-' && text.endsWith('+00') && !text.startsWith('00');
  if (!isCommon) return parseInstant(text);
  const digit = (at: number) => (at < text.length - 3 ? text.charCodeAt(at) - DIGIT_ZERO : 0);
  const number = (at: number) => 10 * digit(at) + digit(at + 1);
  return new Date(
    Date.UTC(
      100 * number(0) + number(2),
      number(5) - 1,
      number(8),
      number(11),
      number(14),
      number(17),
      100 * digit(20) + number(21),
    ),
  );
}

const getTypeParser = ((oid: number, format: 'text') =>
  oid === TIMESTAMPTZ
    ? instantOf
    : (pg.types.getTypeParser(oid, format) as unknown)) as typeof pg.types.getTypeParser;

/** Returns the column `id` of a query within a transaction. @param bind values of `$1` … */
export async function selectIds(
  sequelize: Sequelize,
  transaction: Transaction,
  sql: string,
  bind: unknown[],
): Promise<number[]> {
  const rows = await sequelize.query<{ id: number }>(sql, { type: QueryTypes.SELECT, transaction, bind });
  return rows.map(({ id }) => id);
}
