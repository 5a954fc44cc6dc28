export const wholeNumber = new Intl.NumberFormat('en');

/** Says how many there are beyond those that were named. */
export function printUnnamed(count: number): void {
  if (count > 0) console.error(`… and ${wholeNumber.format(count)} more`);
}

/** On standard error: the standard output is for results, which scripts read. */
export function printWarning(warning: string): void {
  console.error(`Warning: ${warning}`);
}
