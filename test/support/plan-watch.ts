import { connect } from './connection.js';

/** A statement of an operation, identified by its text, however often it was executed. */
export interface StatementWork {
  readonly sql: string;
  /** The rows that all nodes of its plans processed, including repetitions and rows removed by filters. */
  readonly rows: number;
}

export interface PlanWatch {
  /**
   * Returns the statements of all sessions of the database while work is done, including those of triggers.
   */
  statementsOf(work: () => Promise<unknown>): Promise<StatementWork[]>;
  close(): Promise<void>;
}

interface PlanNode {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Join Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}

interface LoggedPlan {
  readonly 'Query Text': string;
  readonly Plan: PlanNode;
}

const SETTINGS = {
  session_preload_libraries: 'auto_explain',
  'auto_explain.log_min_duration': '0',
  'auto_explain.log_analyze': 'on',
  'auto_explain.log_timing': 'off',
  'auto_explain.log_format': 'json',
  'auto_explain.log_nested_statements': 'on',
};

/** Continuation lines of the log begin with a tab. */
const PLANS = /plan:\n((?:\t.*\n)+)/g;

/**
 * Makes PostgreSQL log the plans of new sessions, and reads them from the server log. No other test may watch
 * plans on the same server at the same time.
 */
export async function watchPlans(databaseUrl: string): Promise<PlanWatch> {
  const connection = await connect(databaseUrl);
  const database = new URL(databaseUrl).pathname.slice(1);
  for (const [name, value] of Object.entries(SETTINGS)) {
    await connection.rows(`ALTER DATABASE ${database} SET ${name} = '${value}'`);
  }
  const logSize = async () => {
    const [log] = await connection.rows<{ size: string }>(`SELECT size FROM pg_stat_file('server.log')`);
    return Number(log?.size);
  };
  return {
    statementsOf: async (work) => {
      const start = await logSize();
      await work();
      const length = (await logSize()) - start;
      const [read] = await connection.rows<{ log: string }>(
        `SELECT pg_read_file('server.log', $1, $2) AS log`,
        [start, length],
      );
      return sumUp(
        [...(read?.log ?? '').matchAll(PLANS)].map(([, plan = '']) => JSON.parse(plan) as LoggedPlan),
      );
    },
    close: () => connection.close(),
  };
}

function sumUp(plans: readonly LoggedPlan[]): StatementWork[] {
  const rows = new Map<string, number>();
  for (const { 'Query Text': sql, Plan } of plans) rows.set(sql, (rows.get(sql) ?? 0) + rowsOf(Plan));
  return [...rows].map(([sql, sum]) => ({ sql, rows: sum }));
}

const rowsOf = (node: PlanNode): number =>
  node['Actual Loops'] *
    (node['Actual Rows'] +
      (node['Rows Removed by Filter'] ?? 0) +
      (node['Rows Removed by Join Filter'] ?? 0) +
      (node['Rows Removed by Index Recheck'] ?? 0)) +
  (node.Plans ?? []).reduce((sum, child) => sum + rowsOf(child), 0);
