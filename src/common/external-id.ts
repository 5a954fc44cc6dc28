import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { Matches, MaxLength } from 'class-validator';
import { InvalidInputError } from './domain-error.js';
import { IsPlainText, NormaliseToNull, normalisedOrNull } from './plain-text.js';

const MAX_EXTERNAL_SOURCE_LENGTH = 64;
const MAX_EXTERNAL_ID_LENGTH = 255;

/** The stored form of an `externalSource`: the name of another system, in lower case. */
export const EXTERNAL_SOURCE = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** The rule of an external source, as the end of a sentence that starts with its name. */
export const EXTERNAL_SOURCE_RULE =
  'must consist of the letters a to z, digits, dots, hyphens and underscores, and begin with a letter or a digit';

/** The id of a record in another system. Both are null if the record has none. */
export interface ExternalKey {
  readonly externalSource: string | null;
  readonly externalId: string | null;
}

const NO_EXTERNAL_KEY: ExternalKey = { externalSource: null, externalId: null };

const toSource = ({ value }: { value: unknown }) => {
  const text = normalisedOrNull(value);
  return typeof text === 'string' ? text.toLowerCase() : text;
};

/** The name of another system, stored in lower case. A text without visible characters is converted to null. */
export const IsExternalSource = () =>
  applyDecorators(
    Transform(toSource),
    MaxLength(MAX_EXTERNAL_SOURCE_LENGTH, {
      message: `$property must be at most ${MAX_EXTERNAL_SOURCE_LENGTH} characters long`,
    }),
    Matches(/^(?:[a-z0-9][a-z0-9._-]*)$/, { message: `$property ${EXTERNAL_SOURCE_RULE}` }),
  );

/** A single line of text. A text without visible characters is converted to null. */
export const IsExternalId = () =>
  applyDecorators(NormaliseToNull(), IsPlainText({ maxLength: MAX_EXTERNAL_ID_LENGTH }));

/**
 * Completes the changes to a record: if one part of the external key becomes null and the other is not given, both
 * become null.
 * @param stored the key before the changes
 * @throws BAD_USER_INPUT if the record would have only one part of the key
 */
export function completeExternalKey<Changes extends Partial<ExternalKey>>(
  changes: Changes,
  stored: ExternalKey = NO_EXTERNAL_KEY,
): Changes {
  const { externalSource, externalId } = changes;
  if (externalSource === undefined && externalId === undefined) return changes;
  if ((externalSource ?? null) === null && (externalId ?? null) === null) {
    return { ...changes, ...NO_EXTERNAL_KEY };
  }
  const source = externalSource === undefined ? stored.externalSource : externalSource;
  const id = externalId === undefined ? stored.externalId : externalId;
  if (source !== null && id !== null) return changes;
  throw new InvalidInputError('externalId and externalSource belong together: give both or none.');
}
