/** How many lines a message or a report names. */
export const MAX_EXAMPLES = 5;

interface Example<Choice extends string> {
  readonly line: number;
  readonly text: string;
  readonly readings: Readonly<Record<Choice, string>>;
}

interface Evidence {
  readonly line: number;
  readonly text: string;
}

/** What the values of a column prove about their format. */
export type FormatDecision<Choice extends string> =
  /** `value` is null if all values have one reading. */
  | { readonly kind: 'settled'; readonly value: Choice | null }
  /** Ambiguous values were read in the other format. */
  | { readonly kind: 'again' }
  /** The message ends before the proposal. `line` is the first line that it names. */
  | { readonly kind: 'undecided'; readonly message: string; readonly line: number };

/**
 * Chooses between two formats of a column. Ambiguous values are read by an assumption while evidence is collected;
 * `settle` compares both after the last line.
 */
export class FormatChoice<Choice extends string> {
  private readonly evidence: Partial<Record<Choice, Evidence>> = {};

  private assumed: Choice | null = null;

  /** Whether an ambiguous value was read by the assumption. */
  private isUsed = false;

  private readonly examples: Example<Choice>[] = [];

  constructor(
    private readonly choices: readonly [Choice, Choice],
    /** The decision of the caller, which needs no evidence. */
    readonly given: Choice | null,
  ) {}

  /** Notes evidence before the first pass, so that it rarely needs a second one. */
  assume(choice: Choice): void {
    this.assumed ??= choice;
  }

  /** Notes that a value has only this reading. */
  addEvidence(choice: Choice, line: number, text: string): void {
    this.evidence[choice] ??= { line, text };
    if (!this.isUsed) this.assumed ??= choice;
  }

  /** Returns the format by which to read a value that has two readings. */
  chooseFor(line: number, text: string, readings: () => Readonly<Record<Choice, string>>): Choice {
    if (this.given !== null) return this.given;
    this.isUsed = true;
    this.assumed ??= this.choices[0];
    if (this.examples.length < MAX_EXAMPLES) this.examples.push({ line, text, readings: readings() });
    return this.assumed;
  }

  /** After 'again', the column has to be read from the start. */
  settle(): FormatDecision<Choice> {
    if (this.given !== null) return { kind: 'settled', value: this.given };
    const [first, second] = this.choices;
    const [a, b] = [this.evidence[first], this.evidence[second]];
    if (a !== undefined && b !== undefined) {
      const message = `line ${a.line} (${JSON.stringify(a.text)}) is ${first}, but line ${b.line} (${JSON.stringify(b.text)}) is ${second}${this.describeExamples()}`;
      return { kind: 'undecided', message, line: Math.min(a.line, b.line) };
    }
    if (a === undefined && b === undefined) {
      const [example] = this.examples;
      if (example === undefined) return { kind: 'settled', value: null };
      const message = `no value decides between ${first} and ${second}${this.describeExamples()}`;
      return { kind: 'undecided', message, line: example.line };
    }
    const proven = a === undefined ? second : first;
    if (!this.isUsed || this.assumed === proven) return { kind: 'settled', value: proven };
    this.restart(proven);
    return { kind: 'again' };
  }

  /** Forgets the evidence of a pass. */
  restart(assumed: Choice | null = this.assumed): void {
    this.assumed = assumed;
    this.isUsed = false;
    this.examples.length = 0;
    for (const choice of this.choices) this.evidence[choice] = undefined;
  }

  private describeExamples(): string {
    const examples = this.examples.map(({ line, text, readings }) => {
      const [first, second] = this.choices;
      return `line ${line}: ${JSON.stringify(text)} is ${readings[first]} (${first}) or ${readings[second]} (${second})`;
    });
    return examples.length === 0 ? '' : `; ${examples.join('; ')}`;
  }
}
