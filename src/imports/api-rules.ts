import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { violationMessages } from '../common/invalid-input.js';
import { CreateInteractionInput } from '../interactions/dto/create-interaction.input.js';
import { MAX_NOTES_LENGTH } from '../interactions/dto/interaction-rules.js';
import { CreateLeadInput } from '../leads/dto/create-lead.input.js';
import { ExternalIdInput } from './external-id.input.js';
import { type CheckedText, isPlainText } from './line-reader.js';

type TextField = 'firstName' | 'lastName' | 'phone' | 'location' | 'company' | 'source';
type IdField = keyof ExternalIdInput;

const MAX_TEXT_LENGTH = 255;

/**
 * Addresses that the rule for e-mail addresses accepts, without the cost of that rule. Each part has at most 63
 * characters, because the whole has at most 64.
 */
const PLAIN_EMAIL = /^[a-z0-9]+(?:[._+-][a-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}$/i;
const MAX_PLAIN_EMAIL_LENGTH = 64;

/** Printable ASCII with line breaks and tabs, without surrounding white space. */
const PLAIN_NOTES = /^[!-~](?:[\t\n\r -~]*[!-~])?$/;

/** Checks a text of a lead by the rule of the API. Plain texts need no class-validator, which takes 20 µs. */
export function checkLeadText(field: TextField, text: string): CheckedText {
  return isPlainText(text, MAX_TEXT_LENGTH) ? text : check(CreateLeadInput, field, text);
}

export function checkExternalId(field: IdField, text: string): CheckedText {
  const isPlain = field !== 'externalSource' && isPlainText(text, MAX_TEXT_LENGTH);
  return isPlain ? text : check(ExternalIdInput, field, text);
}

/** Checks an address by the rule of the API. The result is in lower case. */
export function checkEmail(text: string): CheckedText {
  const isPlain = text.length <= MAX_PLAIN_EMAIL_LENGTH && PLAIN_EMAIL.test(text);
  return isPlain ? text.toLowerCase() : check(CreateLeadInput, 'email', text);
}

export function checkNotes(text: string): CheckedText {
  const isPlain = text.length <= MAX_NOTES_LENGTH && PLAIN_NOTES.test(text);
  return isPlain ? text : check(CreateInteractionInput, 'notes', text);
}

function check<Input extends object>(
  type: new () => Input,
  field: keyof Input & string,
  text: string,
): CheckedText {
  const input = plainToInstance(type, { [field]: text });
  const violations = violationMessages(validateSync(input, { skipUndefinedProperties: true }));
  if (violations.length > 0) return { violations };
  const value = input[field];
  return typeof value === 'string' ? value : null;
}
