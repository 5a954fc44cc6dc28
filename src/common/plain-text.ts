import { registerDecorator, type ValidationOptions } from 'class-validator';
import { Transform } from 'class-transformer';
import { hasTooManyMarks, isBlank, MAX_MARKS_IN_A_ROW, normaliseText } from './visible-text.js';

/** PostgreSQL cannot store NUL, and the other control characters have no place in a line of text. */
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
const LINE_BREAKS = /[\t\n\r]/;

export interface PlainTextRule {
  /** In UTF-16 code units, which is never less than PostgreSQL counts. */
  readonly maxLength: number;
  readonly areLinesAllowed?: boolean;
}

/** What is wrong with a text, as the end of a sentence that starts with the field's name; null where nothing is. */
function plainTextFault(value: unknown, rule: PlainTextRule): string | null {
  if (typeof value !== 'string') return 'must be a text';
  if (isBlank(value)) return 'must not be empty';
  if (value.length > rule.maxLength) return `must be at most ${rule.maxLength} characters long`;
  if (!value.isWellFormed()) return 'must be valid Unicode';
  if (hasTooManyMarks(value)) {
    return `must not have more than ${MAX_MARKS_IN_A_ROW} combining marks in a row`;
  }
  if (CONTROL_CHARACTERS.test(value)) return 'must not contain control characters';
  if (rule.areLinesAllowed !== true && LINE_BREAKS.test(value)) return 'must be a single line';
  return null;
}

/** Refuses a property that is no plain text. Null is refused too: combine with IsOptional where it may be. */
export function IsPlainText(rule: PlainTextRule, options?: ValidationOptions): PropertyDecorator {
  return (target, propertyKey) => {
    registerDecorator({
      name: 'isPlainText',
      target: target.constructor,
      propertyName: String(propertyKey),
      options,
      validator: {
        validate: (value: unknown) => plainTextFault(value, rule) === null,
        defaultMessage: (args) => `${args?.property} ${plainTextFault(args?.value, rule) ?? 'is wrong'}`,
      },
    });
  };
}

/** `normaliseText`, for a value that may be of any type. */
export const normalised = (value: unknown): unknown =>
  typeof value === 'string' ? normaliseText(value) : value;

/** `normalised`, and null in place of a text that shows nothing: it counts as not given. */
const normalisedOrNull = (value: unknown): unknown => {
  const text = normalised(value);
  return typeof text === 'string' && isBlank(text) ? null : text;
};

/** Normalises a text; a text that shows nothing becomes null. */
export function NormaliseToNull(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => normalisedOrNull(value));
}

/** Normalises a text. */
export function Normalise(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => normalised(value));
}
