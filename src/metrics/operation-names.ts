/** Names from clients get a series of their own up to this many: whoever makes up ever new ones fills no memory. */
const MAX_NAMES = 100;

/** The names that operations are counted by. */
export class OperationNames {
  private readonly known = new Set<string>();

  /** The name itself, where it is among the first hundred; `other` where not; `anonymous` where there is none. */
  labelOf(name: string | null): string {
    if (name === null) return 'anonymous';
    if (this.known.has(name)) return name;
    if (this.known.size >= MAX_NAMES) return 'other';
    this.known.add(name);
    return name;
  }
}
