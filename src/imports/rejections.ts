import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import type { ImportFile } from './import-files.js';
import type { Rejection, Violation } from './import-report.js';

const CREATE_INDEX =
  'CREATE INDEX IF NOT EXISTS import_rejections_line_idx ON pg_temp.import_rejections (file, line)';

const COUNT = 'SELECT count(DISTINCT line)::int AS count FROM pg_temp.import_rejections WHERE file = $1';

const readStatement = ({ kind }: ImportFile): string => `
  SELECT line, jsonb_agg(violation) AS violations
  FROM pg_temp.import_rejections, jsonb_array_elements(violations) AS violation
  WHERE file = '${kind}' GROUP BY line ORDER BY line`;

/** A violation found by PostgreSQL names a field of ours; one found in a line names the column of the file. */
interface StoredViolation {
  readonly field?: string | null;
  readonly column?: string | null;
  readonly message: string;
  readonly value: string | null;
}

/** Returns the number of rejected lines, and the first of them in the order of the file. */
export async function readRejections(
  sequelize: Sequelize,
  transaction: Transaction,
  file: ImportFile,
  limit: number,
): Promise<{ readonly count: number; readonly rejections: Rejection[] }> {
  await sequelize.query(CREATE_INDEX, { transaction });
  const [counted] = await sequelize.query<{ count: number }>(COUNT, {
    type: QueryTypes.SELECT,
    transaction,
    bind: [file.kind],
  });
  const first = `${readStatement(file)} LIMIT ${limit}`;
  return { count: counted?.count ?? 0, rejections: await readPage(sequelize, transaction, file, first) };
}

const PAGE_SIZE = 1000;

/** Yields all rejected lines in the order of the file, in constant memory. */
export async function* allRejections(
  sequelize: Sequelize,
  transaction: Transaction,
  file: ImportFile,
): AsyncGenerator<Rejection> {
  // A query for each page would group all lines that remain, each time.
  const cursor = `rejected_${file.kind}`;
  await sequelize.query(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${readStatement(file)}`, { transaction });
  for (;;) {
    const page = await readPage(sequelize, transaction, file, `FETCH FORWARD ${PAGE_SIZE} FROM ${cursor}`);
    if (page.length === 0) return;
    yield* page;
  }
}

async function readPage(
  sequelize: Sequelize,
  transaction: Transaction,
  file: ImportFile,
  statement: string,
): Promise<Rejection[]> {
  const rows = await sequelize.query<{ line: number; violations: StoredViolation[] }>(statement, {
    type: QueryTypes.SELECT,
    transaction,
  });
  return rows.map(({ line, violations }) => ({
    line,
    violations: violations.map((one) => violationIn(file, one)),
  }));
}

const violationIn = (file: ImportFile, { field, column, message, value }: StoredViolation): Violation => ({
  column: column ?? (field == null ? null : file.columnOf(field)),
  message,
  value,
});
