/** Returns 32 bits that look random but follow from the number (the finalizer of MurmurHash3). */
export function hash32(number: number): number {
  let bits = number | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

const GOLDEN_RATIO = 0x9e3779b9;

/** A sequence of numbers that look random but follow from a seed (SplitMix with 32 bits). Not for secrets. */
export class SeededRandom {
  private state: number;

  constructor(seed: number) {
    this.state = hash32(seed);
  }

  bits(): number {
    this.state = (this.state + GOLDEN_RATIO) | 0;
    return hash32(this.state);
  }

  /** Returns a number from 0 to below 1, or in a range. */
  number(from = 0, to = 1): number {
    return from + ((to - from) * this.bits()) / 0x1_0000_0000;
  }

  /** Returns a normally distributed number with mean 0 and standard deviation 1 (Box-Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.number())) * Math.cos(2 * Math.PI * this.number());
  }

  isTrue(probability: number): boolean {
    return this.number() < probability;
  }

  /** @param items at least one */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.number() * items.length)];
    if (item === undefined) throw new Error('There is nothing to pick.');
    return item;
  }
}
