export const wholeNumber = new Intl.NumberFormat('en');

/** Prints how many more there are than were listed. */
export function printUnnamed(count: number): void {
  if (count > 0) console.error(`… and ${wholeNumber.format(count)} more`);
}

/** Standard output contains only results, which scripts read. Warnings go to standard error. */
export function printWarning(warning: string): void {
  console.error(`Warning: ${warning}`);
}
