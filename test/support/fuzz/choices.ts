import fc from 'fast-check';

/**
 * The decisions of a generator, one number each. A seed therefore reproduces its results, and fast-check
 * shrinks them by removing decisions. When none are left, the first alternative is chosen, which should be
 * the simplest.
 */
export class Choices {
  private position = 0;

  constructor(private readonly numbers: readonly number[]) {}

  /** Returns a number from 0 to one below a limit. */
  below(limit: number): number {
    const number = this.numbers[this.position] ?? 0;
    this.position += 1;
    return number % limit;
  }

  /** Returns true once in this many times on average. */
  onceIn(times: number): boolean {
    return this.below(times) === times - 1;
  }

  of<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('There is nothing to choose from.');
    return item;
  }

  /** Returns 0 to `maximum` results of the same work. */
  some<Item>(maximum: number, work: (choices: this) => Item): Item[] {
    return Array.from({ length: this.below(maximum + 1) }, () => work(this));
  }
}

/**
 * Converts a generator to an arbitrary of fast-check. @param generate must be pure except for its decisions
 */
export const generated = <Made>(generate: (choices: Choices) => Made): fc.Arbitrary<Made> =>
  fc
    .array(fc.nat(), { minLength: 4, maxLength: 120, size: 'max' })
    .map((numbers) => generate(new Choices(numbers)));
