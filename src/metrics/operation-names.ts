/**
 * Maximum number of operation names with a time series of their own, so that clients cannot fill the memory
 * with new names.
 */
const MAX_NAMES = 100;

/** Maps operation names to metric labels. */
export class OperationNames {
  private readonly known = new Set<string>();

  /**
   * The name itself if it is one of the first hundred, otherwise `other`; `anonymous` if there is no name.
   */
  labelOf(name: string | null): string {
    if (name === null) return 'anonymous';
    if (this.known.has(name)) return name;
    if (this.known.size >= MAX_NAMES) return 'other';
    this.known.add(name);
    return name;
  }
}
