import type { ValidationError } from 'class-validator';
import { InvalidInputError } from './domain-error.js';

/** All violations in one message: "firstName must not be empty; email must be an e-mail address." */
export function invalidInput(errors: readonly ValidationError[]): InvalidInputError {
  return new InvalidInputError(`${violationMessages(errors).join('; ')}.`);
}

/** One message per violation. Several rules for one value may have the same message. */
export function violationMessages(errors: readonly ValidationError[]): string[] {
  return errors.flatMap(({ constraints, children }) => [
    ...new Set(Object.values(constraints ?? {})),
    ...violationMessages(children ?? []),
  ]);
}
