import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { isEmail, IsIn, IsNumber, Max, MaxLength, Min, ValidateBy } from 'class-validator';
import { IsPlainText, Trim, TrimToNull } from '../../common/plain-text.js';
import { LEAD_STATUSES } from '../lead-status.js';

/** What `numeric(10,2)` holds. */
const MAX_BUDGET = 99_999_999.99;

/** The columns hold 255 characters. */
const MAX_TEXT_LENGTH = 255;

const lowerCase = ({ value }: { value: unknown }) =>
  typeof value === 'string' ? value.trim().toLowerCase() : value;

const toCents = ({ value }: { value: unknown }) =>
  typeof value === 'number' && Number.isFinite(value) ? Math.round(value * 100) / 100 : value;

/** A line of text that says something. */
export const IsName = () => applyDecorators(Trim(), IsPlainText({ maxLength: MAX_TEXT_LENGTH }));

/** A line of text; one of white space alone becomes null. */
export const IsDetail = () => applyDecorators(TrimToNull(), IsPlainText({ maxLength: MAX_TEXT_LENGTH }));

/** `isEmail` throws where half a surrogate pair is in the text. */
const IsEmailAddress = () =>
  ValidateBy({
    name: 'isEmailAddress',
    validator: {
      validate: (value) => typeof value === 'string' && value.isWellFormed() && isEmail(value),
      defaultMessage: () => 'email must be an e-mail address',
    },
  });

/** Stored in lower case, so that the database's unique key also catches another spelling of the same address. */
export const IsLeadEmail = () =>
  applyDecorators(
    Transform(lowerCase),
    MaxLength(254, { message: 'email must be at most 254 characters long' }),
    IsEmailAddress(),
  );

/** Kept to the cent. */
export const IsBudget = () =>
  applyDecorators(
    Transform(toCents),
    IsNumber({}, { message: 'budget must be a number' }),
    Min(0, { message: 'budget must not be negative' }),
    Max(MAX_BUDGET, { message: `budget must be at most ${MAX_BUDGET}` }),
  );

export const IsLeadStatus = () =>
  applyDecorators(
    Transform(lowerCase),
    IsIn(LEAD_STATUSES, { message: `status must be one of ${LEAD_STATUSES.join(', ')}` }),
  );
