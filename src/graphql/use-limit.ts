/** Counts the current use per key, up to a maximum. */
export class UseLimit<Key> {
  private readonly counts = new Map<Key, number>();

  constructor(readonly max: number) {}

  /** @returns a function that ends the use; null if the key would exceed its maximum */
  begin(key: Key, count = 1): (() => void) | null {
    const used = (this.counts.get(key) ?? 0) + count;
    if (used > this.max) return null;
    this.counts.set(key, used);
    let hasEnded = false;
    return () => {
      if (hasEnded) return;
      hasEnded = true;
      this.decrease(key, count);
    };
  }

  private decrease(key: Key, count: number): void {
    const left = (this.counts.get(key) ?? 0) - count;
    if (left > 0) this.counts.set(key, left);
    else this.counts.delete(key);
  }
}
