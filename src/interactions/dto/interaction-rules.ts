import { applyDecorators } from '@nestjs/common';
import { IsPlainText, TrimToNull } from '../../common/plain-text.js';

export const MAX_NOTES_LENGTH = 10_000;

/** Text of any number of lines; one of white space alone becomes null. */
export const IsNotes = () =>
  applyDecorators(TrimToNull(), IsPlainText({ maxLength: MAX_NOTES_LENGTH, areLinesAllowed: true }));
