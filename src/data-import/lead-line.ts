import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { violationMessages } from '../common/invalid-input.js';
import { isBlank } from '../common/visible-text.js';
import { decimalCountOf } from '../leads/budget-amount.js';
import { CreateLeadInput } from '../leads/dto/create-lead.input.js';
import { type Cells, LEAD_SHAPE, type LeadColumn } from './csv-schema.js';
import type { RejectedLine } from './import-report.js';

/** A line of a file of leads that is valid by itself. */
export interface LeadLine {
  readonly line: number;
  /** The e-mail as in the file; `input` contains it in lower case. */
  readonly writtenEmail: string;
  /**
   * Values are undefined if the cell is empty or the column is missing. Names may be undefined as well,
   * unless the line creates a lead.
   */
  readonly input: CreateLeadInput;
}

/** A decimal number with a point and without separators between digits. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Returns null if the text is not a decimal number: `1,000`, `0x10`, `NaN`. Returns Infinity if it is too
 * large for a number.
 */
export function parseBudget(text: string): number | null {
  const trimmed = text.trim();
  return NUMBER.test(trimmed) ? Number(trimmed) : null;
}

/** Validates a line by the rules of the API. Does not check whether the lead is complete. */
export function readLeadLine(line: number, cells: Cells<LeadColumn>): LeadLine | RejectedLine {
  const given: Partial<Record<LeadColumn, string | number>> = { email: cells.email ?? '' };
  for (const column of LEAD_SHAPE.columns) {
    const text = cells[column] ?? '';
    if (!isBlank(text)) given[column] = text;
  }
  const violations: string[] = [];
  if (typeof given.budget === 'string') {
    const budget = parseBudget(given.budget);
    if (budget === null) violations.push('budget must be a number, such as 1234.50');
    // Checks the text, because it may have more digits than a number can represent.
    else if (decimalCountOf(given.budget.trim()) > 2)
      violations.push('budget must not have more than two decimals');
    given.budget = violations.length === 0 ? (budget ?? undefined) : undefined;
  }
  const input = plainToInstance(CreateLeadInput, given);
  violations.push(...violationMessages(validateSync(input, { skipUndefinedProperties: true })));
  if (violations.length > 0) return { line, reason: violations.join('; ') };
  return { line, writtenEmail: (cells.email ?? '').trim(), input };
}

/** Returns the violations that apply only to new leads; `readLeadLine` has checked the others. */
export function violationsOfNewLead({ firstName, lastName }: CreateLeadInput): string[] {
  // The type requires names, but a line may lack them. An empty name results in the message of the API.
  const names = Object.assign(new CreateLeadInput(), {
    firstName: firstName ?? '',
    lastName: lastName ?? '',
  });
  return violationMessages(validateSync(names, { skipUndefinedProperties: true }));
}
