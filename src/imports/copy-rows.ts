import { finished } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Transaction } from 'sequelize';

/** A value of a row for COPY. */
export type CopyValue = string | number | null;

const SPECIAL = /[\\\t\n\r]/;
const SPECIALS = /[\\\t\n\r]/g;
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function copyText(value: CopyValue): string {
  if (value === null) return '\\N';
  if (typeof value === 'number') return String(value);
  return SPECIAL.test(value)
    ? value.replace(SPECIALS, (character) => ESCAPED[character] ?? character)
    : value;
}

/** A row in the text format of COPY. */
export const copyLine = (values: readonly CopyValue[]): string => `${values.map(copyText).join('\t')}\n`;

/**
 * Runs COPY FROM STDIN in a transaction.
 * @param lines rows as `copyLine` writes them
 */
export async function copyRows(transaction: Transaction, sql: string, lines: string): Promise<void> {
  // The types of Sequelize omit the connection, and Sequelize itself has no COPY.
  const { connection } = transaction as unknown as { readonly connection: pg.Client };
  const stream = connection.query(copyFrom(sql));
  stream.end(lines);
  await finished(stream);
}
