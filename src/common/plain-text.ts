import { registerDecorator, type ValidationOptions } from 'class-validator';
import { Transform } from 'class-transformer';

/** PostgreSQL cannot store NUL, and the other control characters have no place in a line of text. */
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
const LINE_BREAKS = /[\t\n\r]/;

export interface PlainTextRule {
  /** In UTF-16 code units, which is never less than PostgreSQL counts. */
  readonly maxLength: number;
  readonly isBlankAllowed?: boolean;
  readonly areLinesAllowed?: boolean;
}

/** What is wrong with a text, as the end of a sentence that starts with the field's name; null where nothing is. */
function plainTextFault(value: unknown, rule: PlainTextRule): string | null {
  if (typeof value !== 'string') return 'must be a text';
  if (value.trim() === '' && rule.isBlankAllowed !== true) return 'must not be empty';
  if (value.length > rule.maxLength) return `must be at most ${rule.maxLength} characters long`;
  if (!value.isWellFormed()) return 'must be valid Unicode';
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

/** Removes white space around a text; a text of nothing else becomes null, since it says nothing. */
export function TrimToNull(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.trim() || null : value,
  );
}

/** Removes white space around a text. */
export function Trim(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value));
}
