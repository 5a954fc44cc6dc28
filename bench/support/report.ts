import os from 'node:os';

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = NaN, high = NaN] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return (low + high) / 2;
}

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  );
}

/** What the figures were measured on. */
export function machine(postgresVersion: string): string {
  const [cpu] = os.cpus();
  const gigabytes = Math.round(os.totalmem() / 2 ** 30);
  return `${cpu?.model ?? 'unknown processor'}, ${os.cpus().length} cores, ${gigabytes} GB, ${os.type()}, Node.js ${process.version}, PostgreSQL ${postgresVersion}`;
}

export const whole = (value: number): string => new Intl.NumberFormat('en').format(Math.round(value));
export const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(2);
export const ratio = (value: number): string => value.toFixed(2);
export const megabytes = (bytes: number | null): string =>
  bytes === null ? 'n/a' : `${Math.round(bytes / 2 ** 20)} MB`;
