/**
 * A position in PostgreSQL's write-ahead log, in bytes from its beginning. A replica that has replayed up to
 * a position contains everything that was committed before it.
 */
export type WalPosition = bigint;

/** @param text a `pg_lsn` in the format of PostgreSQL, such as `16/B374D848` */
export function walPosition(text: string): WalPosition {
  const [high = '', low = ''] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
