import { amountText, analyseAmount, type DecimalMark, type WrittenAmount } from './amount.js';
import { FormatChoice, type FormatDecision } from './format-choice.js';

/** An amount such as 1234.50, or the end of a message that starts with the name of the field. */
export type AmountResult = string | { readonly violation: string };

/** Reads the amounts of one column, and decides what its decimal mark is. */
export class AmountColumn {
  private readonly choice: FormatChoice<DecimalMark>;

  constructor(given: DecimalMark | null) {
    this.choice = new FormatChoice<DecimalMark>(['point', 'comma'], given);
  }

  /** @param text trimmed and not empty */
  assumeFrom(text: string): void {
    const amount = analyseAmount(text);
    if ('digits' in amount && amount.evidence !== null) this.choice.assume(amount.evidence);
  }

  /** @param text trimmed and not empty */
  read(text: string, line: number): AmountResult {
    const amount = analyseAmount(text);
    if ('violation' in amount) return amount;
    if ('readings' in amount) {
      const mark = this.choice.chooseFor(line, text, () => describe(amount.readings));
      return amountText(amount.readings[mark]);
    }
    const { evidence, digits } = amount;
    const { given } = this.choice;
    if (evidence !== null && given !== null && evidence !== given) {
      return {
        violation: `must have a decimal ${given}; if all amounts have a decimal ${evidence}, set --decimal ${evidence}`,
      };
    }
    if (evidence !== null) this.choice.addEvidence(evidence, line, text);
    return amountText(digits);
  }

  settle(): FormatDecision<DecimalMark> {
    return this.choice.settle();
  }

  restart(): void {
    this.choice.restart();
  }
}

function describe(
  readings: Extract<WrittenAmount, { readings: unknown }>['readings'],
): Record<DecimalMark, string> {
  const printed = (mark: DecimalMark) => {
    const { whole, fraction, exponent } = readings[mark];
    return `${whole}${fraction === '' ? '' : `.${fraction}`}${exponent === 0 ? '' : `e${exponent}`}`;
  };
  return { point: printed('point'), comma: printed('comma') };
}
