import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { isEmail, IsIn, MaxLength, ValidateBy } from 'class-validator';
import { IsPlainText, Normalise, NormaliseToNull, normalised } from '../../common/plain-text.js';
import { labelKey } from '../../common/label-key.js';
import { hasInvisibleCharacters, isBlank, lowerCase } from '../../common/visible-text.js';
import { MAX_BUDGET, toCents } from '../budget-amount.js';
import { LEAD_STATUSES } from '../lead-status.js';

/** The columns are `varchar(255)`. */
const MAX_TEXT_LENGTH = 255;

const MAX_EMAIL_LENGTH = 254;

/** A single line of text with visible characters. */
export const IsName = () => applyDecorators(Normalise(), IsPlainText({ maxLength: MAX_TEXT_LENGTH }));

/** A single line of text. A text without visible characters is converted to null. */
export const IsDetail = () => applyDecorators(NormaliseToNull(), IsPlainText({ maxLength: MAX_TEXT_LENGTH }));

const toEmail = ({ value }: { value: unknown }) => {
  const text = normalised(value);
  return typeof text === 'string' ? lowerCase(text) : text;
};

/** Rejects invisible characters and white space, so that two different addresses never look the same. */
function emailViolation(value: unknown): string | null {
  // `isEmail` throws if the text contains an unpaired surrogate.
  if (typeof value !== 'string' || !value.isWellFormed()) return 'must be an e-mail address';
  if (hasInvisibleCharacters(value)) return 'must not have invisible characters';
  return /\s/.test(value) || !isEmail(value) ? 'must be an e-mail address' : null;
}

/**
 * The address is stored in the form that `emailKey` returns. The unique key of the database then also rejects
 * other spellings of the same address.
 */
export const IsLeadEmail = () =>
  applyDecorators(
    Transform(toEmail),
    MaxLength(MAX_EMAIL_LENGTH, { message: `email must be at most ${MAX_EMAIL_LENGTH} characters long` }),
    HasNoViolation('isEmailAddress', 'email', emailViolation),
  );

function budgetViolation(value: unknown): string | null {
  if (typeof value !== 'number' || Number.isNaN(value)) return 'must be a number';
  if (value < 0) return 'must not be negative';
  if (value > MAX_BUDGET) return `must be at most ${MAX_BUDGET}`;
  return toCents(value) === null ? 'must not have more than two decimals' : null;
}

/** An amount without fractions of a cent. */
export const IsBudget = () =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'number' ? (toCents(value) ?? value) : value,
    ),
    HasNoViolation('isBudget', 'budget', budgetViolation),
  );

/**
 * A validation rule with several messages.
 * @param violationOf returns null if the value is valid, otherwise the end of the message
 */
function HasNoViolation(
  rule: string,
  field: string,
  violationOf: (value: unknown) => string | null,
): PropertyDecorator {
  return ValidateBy({
    name: rule,
    validator: {
      validate: (value) => violationOf(value) === null,
      defaultMessage: (args) => `${field} ${violationOf(args?.value) ?? 'is invalid'}`,
    },
  });
}

/**
 * Converts a status to its spelling in the list; a blank status counts as not given. A text that is too long
 * for any status is not converted. The time of `labelKey` is quadratic in the length of a sequence of
 * combining marks.
 */
const toStatus = ({ value }: { value: unknown }) => {
  const text = normalised(value);
  if (typeof text !== 'string') return text;
  if (isBlank(text)) return undefined;
  return text.length > MAX_TEXT_LENGTH ? text : labelKey(text);
};

export const IsLeadStatus = () =>
  applyDecorators(
    Transform(toStatus),
    IsIn(LEAD_STATUSES, { message: `status must be one of ${LEAD_STATUSES.join(', ')}` }),
  );
