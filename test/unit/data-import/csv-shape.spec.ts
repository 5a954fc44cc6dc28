import { describe, expect, it } from 'vitest';
import { headerFaults, INTERACTION_SHAPE, LEAD_SHAPE } from '../../../src/data-import/csv-schema.js';

describe('a header', () => {
  it.each([
    { names: ['email'], shape: LEAD_SHAPE },
    { names: ['status', 'email', 'budget', 'lastName', 'firstName'], shape: LEAD_SHAPE },
    { names: [...LEAD_SHAPE.columns].reverse(), shape: LEAD_SHAPE },
    { names: ['date', 'email', 'type'], shape: INTERACTION_SHAPE },
  ])('may be $names', ({ names, shape }) => {
    expect(headerFaults(names, shape)).toEqual([]);
  });

  it('is refused with all its faults at once, and the columns there are', () => {
    expect(headerFaults(['type', 'Email', 'notes', 'score', 'type', 'Email'], INTERACTION_SHAPE)).toEqual([
      'unknown columns "Email", "score"',
      'more than one column "type"',
      'no columns "email", "date"',
      'the columns are email, type, date, notes, direction',
    ]);
  });

  it('is refused where another separator makes one column of it', () => {
    expect(headerFaults(['firstName;lastName;email'], LEAD_SHAPE)).toContain(
      'unknown column "firstName;lastName;email"',
    );
  });

  it('shows the start of a long name alone, and no control characters', () => {
    expect(headerFaults(['email', '\u001b[2J'.padEnd(500, 'x')], LEAD_SHAPE)[0]).toBe(
      `unknown column "\\u001b[2J${'x'.repeat(36)}…"`,
    );
  });

  it('names an empty column', () => {
    expect(headerFaults(['email', ''], LEAD_SHAPE)[0]).toBe('unknown column ""');
  });
});
