import { applyDecorators } from '@nestjs/common';
import { IsPlainText, NormaliseToNull } from '../../common/plain-text.js';

export const MAX_NOTES_LENGTH = 10_000;

/** Text of one or more lines. A text without visible characters is converted to null. */
export const IsNotes = () =>
  applyDecorators(NormaliseToNull(), IsPlainText({ maxLength: MAX_NOTES_LENGTH, areLinesAllowed: true }));
