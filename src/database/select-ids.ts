import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';

/** The column `id` of the rows that a statement gives, within a transaction. @param bind for `$1` … */
export async function selectIds(
  sequelize: Sequelize,
  transaction: Transaction,
  sql: string,
  bind: unknown[],
): Promise<number[]> {
  const rows = await sequelize.query<{ id: number }>(sql, { type: QueryTypes.SELECT, transaction, bind });
  return rows.map(({ id }) => id);
}
