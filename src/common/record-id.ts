import { InvalidInputError } from './domain-error.js';

const MAX_ID = 2_147_483_647;

/** Each id has exactly one spelling: no sign, no leading zero, no white space. */
const ID = /^[1-9]\d{0,9}$/;

/** The number of an ID; null if no record can have it. */
export function parseRecordId(id: string): number | null {
  return ID.test(id) && Number(id) <= MAX_ID ? Number(id) : null;
}

/**
 * The number of an ID argument.
 * @param argument its name in messages
 * @throws BAD_USER_INPUT if no record can have it
 */
export function recordIdOf(id: string, argument = 'id'): number {
  const number = parseRecordId(id);
  if (number === null) throw new InvalidInputError(`${argument} must be a whole number from 1 to ${MAX_ID}.`);
  return number;
}
