import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { looksLikeInstructions } from '../../../src/summaries/instructions/instruction-detector.js';
import { INJECTIONS } from '../../evaluation/injections.js';
import { ORDINARY_NOTES } from '../../evaluation/ordinary-notes.js';

describe('looksLikeInstructions', () => {
  it.each(INJECTIONS.map(({ name, text }) => [name, text]))('detects instructions: %s', (_, text) => {
    expect(looksLikeInstructions(text)).toBe(true);
  });

  it.each(ORDINARY_NOTES)('accepts an ordinary note: %s', (text) => {
    expect(looksLikeInstructions(text)).toBe(false);
  });

  it('detects instructions in any position', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...INJECTIONS),
        fc.constantFrom(...ORDINARY_NOTES),
        fc.constantFrom(...ORDINARY_NOTES),
        ({ text }, before, after) => {
          expect(looksLikeInstructions(`${before}\n${text}\n${after}`)).toBe(true);
        },
      ),
    );
  });

  it('detects instructions that are encoded, split by invisible characters, or in capitals', () => {
    const disguises: ((text: string) => string)[] = [
      (text) => Buffer.from(text).toString('base64'),
      (text) => Buffer.from(text).toString('base64url'),
      (text) => Buffer.from(text).toString('hex'),
      (text) => [...text].join('\u200b'),
      (text) => [...text].join('\u2060'),
      (text) => text.toUpperCase(),
      (text) => `<!-- ${text} -->`,
      (text) => encodeURIComponent(text),
    ];
    const plain = INJECTIONS.filter(({ name }) =>
      ['plain', 'German', 'Russian', 'Chinese', 'Arabic'].includes(name),
    );
    fc.assert(
      fc.property(fc.constantFrom(...plain), fc.constantFrom(...disguises), ({ text }, disguise) => {
        expect(looksLikeInstructions(disguise(text))).toBe(true);
      }),
    );
  });

  it('returns the same result each time for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        expect(looksLikeInstructions(text)).toBe(looksLikeInstructions(text));
      }),
    );
  });
});
