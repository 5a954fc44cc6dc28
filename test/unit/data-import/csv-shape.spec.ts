import { describe, expect, it } from 'vitest';
import { headerViolations, INTERACTION_SHAPE, LEAD_SHAPE } from '../../../src/data-import/csv-schema.js';

describe('a header', () => {
  it.each([
    { names: ['email'], shape: LEAD_SHAPE },
    { names: ['status', 'email', 'budget', 'lastName', 'firstName'], shape: LEAD_SHAPE },
    { names: [...LEAD_SHAPE.columns].reverse(), shape: LEAD_SHAPE },
    { names: ['date', 'email', 'type'], shape: INTERACTION_SHAPE },
  ])('may contain $names', ({ names, shape }) => {
    expect(headerViolations(names, shape)).toEqual([]);
  });

  it('is rejected with all errors and the list of valid columns', () => {
    expect(headerViolations(['type', 'Email', 'notes', 'score', 'type', 'Email'], INTERACTION_SHAPE)).toEqual(
      [
        'unknown columns "Email", "score"',
        'more than one column "type"',
        'no columns "email", "date"',
        'the columns are email, type, date, notes, direction',
      ],
    );
  });

  it('is rejected if it uses another separator', () => {
    expect(headerViolations(['firstName;lastName;email'], LEAD_SHAPE)).toContain(
      'unknown column "firstName;lastName;email"',
    );
  });

  it('is rejected with long names truncated and control characters escaped', () => {
    expect(headerViolations(['email', '\u001b[2J'.padEnd(500, 'x')], LEAD_SHAPE)[0]).toBe(
      `unknown column "\\u001b[2J${'x'.repeat(36)}…"`,
    );
  });

  it('is rejected if a column has no name', () => {
    expect(headerViolations(['email', ''], LEAD_SHAPE)[0]).toBe('unknown column ""');
  });
});
