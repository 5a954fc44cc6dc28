import pg from 'pg';
import { until } from './until.js';

/** A connection of the test, separate from those of the application. */
export interface Connection {
  /** Returns the rows of a query, with `$1` … for the parameters. */
  rows<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export async function connect(url: string): Promise<Connection> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  return {
    rows: async <Row>(sql: string, parameters: readonly unknown[] = []) =>
      (await client.query(sql, [...parameters])).rows as Row[],
    close: () => client.end(),
  };
}

/** Runs work on a connection, and closes it afterwards. */
export async function withConnection<Result>(
  url: string,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = await connect(url);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

/** Waits until the given number of sessions of this database wait for a lock. */
export async function untilWaiting(connection: Connection, sessions = 1): Promise<void> {
  await until(async () => {
    const [row] = await connection.rows<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return (row?.count ?? 0) >= sessions;
  });
}

/** Ends the sessions of this database that wait for a lock. */
export const terminateWaiting = (connection: Connection): Promise<unknown> =>
  connection.rows(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
