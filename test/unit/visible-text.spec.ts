import { describe, expect, it } from 'vitest';
import { emailKey } from '../../src/common/email-key.js';
import { isBlank, normaliseText } from '../../src/common/visible-text.js';

describe('a text', () => {
  it.each([
    '',
    ' \t\u00a0\u3000',
    '\u200b\u200d',
    '\u3164',
    '\u2800',
    '\u0301',
    '\u{e0041}\u{e007f}',
    '\ufe0f',
  ])('without visible characters is blank: %j', (text) => {
    expect(isBlank(text)).toBe(true);
  });

  it.each(['.', '李', 'क्‍ष', '\u{1f469}\u200d\u{1f4bb}', 'ﷺ', '\u200bA', '\u0000', '😀'])(
    'with visible characters is not blank: %j',
    (text) => {
      expect(isBlank(text)).toBe(false);
    },
  );

  it('with too many marks is not composed, because that would take minutes', () => {
    const marks = '\u0301'.repeat(200_000) + '\u0323'.repeat(200_000);
    expect(normaliseText(marks)).toBe(marks);
    expect(emailKey(marks)).toBe(marks);
    expect(normaliseText(` e${'\u0301'.repeat(30)}`)).toBe(`é${'\u0301'.repeat(29)}`);
  });
});
