/** Counts how many uses each key has at the moment, up to a maximum. */
export class UseLimit<Key> {
  private readonly counts = new Map<Key, number>();

  constructor(readonly max: number) {}

  /** @returns what ends the use; null if the key has as many uses as it may */
  begin(key: Key): (() => void) | null {
    const count = this.counts.get(key) ?? 0;
    if (count >= this.max) return null;
    this.counts.set(key, count + 1);
    let hasEnded = false;
    return () => {
      if (hasEnded) return;
      hasEnded = true;
      this.decrement(key);
    };
  }

  private decrement(key: Key): void {
    const count = this.counts.get(key) ?? 0;
    if (count > 1) this.counts.set(key, count - 1);
    else this.counts.delete(key);
  }
}
