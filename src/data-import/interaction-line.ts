import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { violationMessages } from '../common/invalid-input.js';
import { ISO_DATE_RULE, parseIsoDate } from '../common/iso-date.js';
import { isBlank } from '../common/visible-text.js';
import { CreateInteractionInput } from '../interactions/dto/create-interaction.input.js';
import {
  INTERACTION_DIRECTIONS,
  type InteractionDirection,
  INTERACTION_TYPES,
  type InteractionType,
} from '../interactions/interaction-type.js';
import type { Cells, InteractionColumn } from './csv-schema.js';
import type { RejectedLine } from './import-report.js';

/** A line of a file of interactions that is valid by itself. */
export interface InteractionLine {
  readonly line: number;
  readonly writtenEmail: string;
  readonly type: InteractionType;
  /** Null: unknown. */
  readonly direction: InteractionDirection | null;
  readonly date: Date;
  readonly notes: string | null;
}

/** Validates a line by the rules of the API. Does not check whether the lead exists. */
export function readInteractionLine(
  line: number,
  cells: Cells<InteractionColumn>,
): InteractionLine | RejectedLine {
  const writtenEmail = (cells.email ?? '').trim();
  const type = nameIn(INTERACTION_TYPES, cells.type ?? '');
  const direction = isBlank(cells.direction ?? '')
    ? null
    : nameIn(INTERACTION_DIRECTIONS, cells.direction ?? '');
  const date = parseIsoDate((cells.date ?? '').trim());
  const notes = readNotes(cells.notes ?? '');
  if (
    writtenEmail !== '' &&
    type !== undefined &&
    direction !== undefined &&
    date !== null &&
    notes.violations.length === 0
  ) {
    return { line, writtenEmail, type, direction, date, notes: notes.text };
  }
  const violations = [
    ...(writtenEmail === '' ? ['email must not be empty'] : []),
    ...(type === undefined ? [`type must be one of ${INTERACTION_TYPES.join(', ')}`] : []),
    ...(direction === undefined
      ? [`direction must be empty or one of ${INTERACTION_DIRECTIONS.join(', ')}`]
      : []),
    ...(date === null ? [`date ${ISO_DATE_RULE}`] : []),
    ...notes.violations,
  ];
  return { line, reason: violations.join('; ') };
}

/** Finds the name in a cell, regardless of letter case. */
function nameIn<Name extends string>(names: readonly Name[], text: string): Name | undefined {
  const written = text.trim().toLowerCase();
  return names.find((name) => name === written);
}

function readNotes(text: string): { text: string | null; violations: string[] } {
  if (isBlank(text)) return { text: null, violations: [] };
  const input = plainToInstance(CreateInteractionInput, { notes: text });
  return { text: input.notes ?? null, violations: violationMessages(validateSync(input)) };
}
