import fc from 'fast-check';

/**
 * The decisions that a generator takes, one number each: so what it makes can be made again from a seed, and fast-check
 * shrinks it by leaving decisions out. Where none are left the first of everything is chosen, which is to be the plainest.
 */
export class Choices {
  private position = 0;

  constructor(private readonly numbers: readonly number[]) {}

  /** A number from 0 to one below a limit. */
  below(limit: number): number {
    const number = this.numbers[this.position] ?? 0;
    this.position += 1;
    return number % limit;
  }

  /** True once in so many times. */
  onceIn(times: number): boolean {
    return this.below(times) === times - 1;
  }

  of<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('There is nothing to choose from.');
    return item;
  }

  /** Up to a few results of the same work. */
  some<Item>(maximum: number, work: (choices: this) => Item): Item[] {
    return Array.from({ length: this.below(maximum + 1) }, () => work(this));
  }
}

/** What a generator makes of decisions. @param generate is pure but for the decisions it takes */
export const generated = <Made>(generate: (choices: Choices) => Made): fc.Arbitrary<Made> =>
  fc
    .array(fc.nat(), { minLength: 4, maxLength: 120, size: 'max' })
    .map((numbers) => generate(new Choices(numbers)));
