import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';

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
