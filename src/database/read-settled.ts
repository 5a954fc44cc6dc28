/** A record of work that can be interrupted. */
interface InterruptibleRecord {
  readonly id: number;
  readonly status: string;
}

/**
 * Reads records again until none newly looks interrupted. Record and lock are not read atomically, so work that has just ended
 * may look interrupted once.
 */
export async function readSettled<Row extends InterruptibleRecord>(
  read: () => Promise<Row[]>,
): Promise<Row[]> {
  let suspected = new Set<number>();
  for (;;) {
    const rows = await read();
    const interrupted = rows.filter(({ status }) => status === 'interrupted').map(({ id }) => id);
    if (interrupted.every((id) => suspected.has(id))) return rows;
    suspected = new Set([...suspected, ...interrupted]);
  }
}
