import { applyDecorators } from '@nestjs/common';
import { IsPlainText, NormaliseToNull } from '../../common/plain-text.js';

export const MAX_NOTES_LENGTH = 10_000;

/** Text of any number of lines; one that shows nothing becomes null. */
export const IsNotes = () =>
  applyDecorators(NormaliseToNull(), IsPlainText({ maxLength: MAX_NOTES_LENGTH, areLinesAllowed: true }));
