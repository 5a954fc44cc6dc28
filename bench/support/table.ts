/** Formats a Markdown table. All columns except the first contain numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, index) => (index === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

export const whole = (value: number): string => new Intl.NumberFormat('en').format(Math.round(value));
export const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(2);
export const ratio = (value: number): string => value.toFixed(2);
export const megabytes = (bytes: number): string => `${whole(bytes / 2 ** 20)} MB`;
