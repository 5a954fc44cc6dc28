import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { violationMessages } from '../common/invalid-input.js';
import { isBlank } from '../common/visible-text.js';
import { decimalCountOf } from '../leads/budget-amount.js';
import { CreateLeadInput } from '../leads/dto/create-lead.input.js';
import { type Cells, LEAD_SHAPE, type LeadColumn } from './csv-schema.js';
import type { RejectedLine } from './import-report.js';

/** A line of a file of leads that breaks no rule by itself. */
export interface LeadLine {
  readonly line: number;
  /** The e-mail as the file has it, where `input` has it in lower case. */
  readonly writtenEmail: string;
  /** Undefined where the cell is empty or the file has no such column: names too, until a lead is made of it. */
  readonly input: CreateLeadInput;
}

/** A decimal number, with a point and without anything between its digits. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Null if the text is no decimal number: `1,000`, `0x10`, `NaN`. Infinity if it is too large for a number. */
export function parseBudget(text: string): number | null {
  const trimmed = text.trim();
  return NUMBER.test(trimmed) ? Number(trimmed) : null;
}

/** Holds a line against the rules of the API. Whether a lead is complete is not asked yet. */
export function readLeadLine(line: number, cells: Cells<LeadColumn>): LeadLine | RejectedLine {
  const given: Partial<Record<LeadColumn, string | number>> = { email: cells.email ?? '' };
  for (const column of LEAD_SHAPE.columns) {
    const text = cells[column] ?? '';
    if (!isBlank(text)) given[column] = text;
  }
  const faults: string[] = [];
  if (typeof given.budget === 'string') {
    const budget = parseBudget(given.budget);
    if (budget === null) faults.push('budget must be a number, such as 1234.50');
    // A text may have more digits than a number keeps.
    else if (decimalCountOf(given.budget.trim()) > 2)
      faults.push('budget must not have more than two decimals');
    given.budget = faults.length === 0 ? (budget ?? undefined) : undefined;
  }
  const input = plainToInstance(CreateLeadInput, given);
  faults.push(...violationMessages(validateSync(input, { skipUndefinedProperties: true })));
  if (faults.length > 0) return { line, reason: faults.join('; ') };
  return { line, writtenEmail: (cells.email ?? '').trim(), input };
}

/** What an input lacks to make a lead, beside what `readLeadLine` has checked. */
export function faultsOfNewLead({ firstName, lastName }: CreateLeadInput): string[] {
  // The type promises names, but a line need not have them; an empty one is refused in the API's words.
  const names = Object.assign(new CreateLeadInput(), {
    firstName: firstName ?? '',
    lastName: lastName ?? '',
  });
  return violationMessages(validateSync(names, { skipUndefinedProperties: true }));
}
