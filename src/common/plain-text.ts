import { registerDecorator, type ValidationOptions } from 'class-validator';
import { Transform } from 'class-transformer';
import { hasTooManyMarks, isBlank, MAX_MARKS_IN_A_ROW, normaliseText } from './visible-text.js';

/** PostgreSQL cannot store NUL, and other control characters do not belong in a line of text. */
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
const LINE_BREAKS = /[\t\n\r]/;

export interface PlainTextRule {
  /** In UTF-16 code units. PostgreSQL counts characters, which are never more. */
  readonly maxLength: number;
  readonly areLinesAllowed?: boolean;
}

/** The violation as the end of a sentence that starts with the field name; null if the text is valid. */
function plainTextViolation(value: unknown, rule: PlainTextRule): string | null {
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

/**
 * Rejects a property that is not plain text. Null is rejected too: combine it with IsOptional to allow null.
 */
export function IsPlainText(rule: PlainTextRule, options?: ValidationOptions): PropertyDecorator {
  return (target, propertyKey) => {
    registerDecorator({
      name: 'isPlainText',
      target: target.constructor,
      propertyName: String(propertyKey),
      options,
      validator: {
        validate: (value: unknown) => plainTextViolation(value, rule) === null,
        defaultMessage: (args) => `${args?.property} ${plainTextViolation(args?.value, rule) ?? 'is wrong'}`,
      },
    });
  };
}

/** `normaliseText` for a value of any type. */
export const normalised = (value: unknown): unknown =>
  typeof value === 'string' ? normaliseText(value) : value;

/** `normalised`, but null for a text without visible characters, which counts as not given. */
export const normalisedOrNull = (value: unknown): unknown => {
  const text = normalised(value);
  return typeof text === 'string' && isBlank(text) ? null : text;
};

/** Normalises a text. A text without visible characters is replaced by null. */
export function NormaliseToNull(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => normalisedOrNull(value));
}

/** Normalises a text. */
export function Normalise(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => normalised(value));
}
