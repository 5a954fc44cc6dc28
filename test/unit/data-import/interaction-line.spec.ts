import { describe, expect, it } from 'vitest';
import { readInteractionLine } from '../../../src/data-import/interaction-line.js';

describe('readInteractionLine', () => {
  it('accepts types in any case, dates with an offset, and notes of several lines', () => {
    expect(
      readInteractionLine(3, {
        email: ' Ada@example.com',
        type: ' MeetinG ',
        date: '2026-03-01T09:30:00+01:00',
        notes: ' one\ntwo, three ',
      }),
    ).toEqual({
      line: 3,
      writtenEmail: 'Ada@example.com',
      type: 'meeting',
      direction: null,
      date: new Date('2026-03-01T08:30:00Z'),
      notes: 'one\ntwo, three',
    });
  });

  it('returns null for notes that are blank or have no column', () => {
    const cells = { email: 'a@example.com', type: 'call', date: '2026-03-01' };
    expect(readInteractionLine(2, { ...cells, notes: '  ' })).toMatchObject({ notes: null });
    expect(readInteractionLine(2, cells)).toMatchObject({ notes: null });
  });

  it.each([
    ['inbound', 'inbound'],
    [' OutBound ', 'outbound'],
    ['INBOUND', 'inbound'],
    ['', null],
    [' \u200b', null],
    [undefined, null],
  ])('accepts the direction %j', (direction, expected) => {
    const cells = { email: 'a@example.com', type: 'email', date: '2026-03-01', direction };
    expect(readInteractionLine(2, cells)).toMatchObject({ type: 'email', direction: expected });
  });

  it.each(['in', 'unknown', 'null', 'outbound!', '-'])('rejects the direction %j', (direction) => {
    const cells = { email: 'a@example.com', type: 'email', date: '2026-03-01', direction };
    expect(readInteractionLine(2, cells)).toEqual({
      line: 2,
      reason: 'direction must be empty or one of inbound, outbound',
    });
  });

  it('reports every violation without the invalid values', () => {
    expect(
      readInteractionLine(9, { email: '', type: 'fax', date: '2026-02-30', notes: 'x'.repeat(10_001) }),
    ).toEqual({
      line: 9,
      reason:
        'email must not be empty; type must be one of call, email, meeting; date must be an ISO 8601 date-time with Z or an offset, such as 2026-03-01T09:30:00Z or 2026-03-01T09:30:00+01:00, or a date such as 2026-03-01, in the years 1 to 9999; notes must be at most 10000 characters long',
    });
  });

  it.each(['2026-05-01T10:00:00-03:00[America/Lima]', '2026-05-01T10:00:00+23:45', '2026-05-01T10:00:00'])(
    'rejects the date %s',
    (date) => {
      expect(readInteractionLine(2, { email: 'a@example.com', type: 'call', date })).toEqual({
        line: 2,
        reason: expect.stringContaining('date must be an ISO 8601 date-time with Z or an offset') as unknown,
      });
    },
  );

  it('rejects control characters in notes', () => {
    const cells = { email: 'a@example.com', type: 'call', date: '2026-03-01', notes: 'a\u0000b' };
    expect(readInteractionLine(2, cells)).toEqual({
      line: 2,
      reason: 'notes must not contain control characters',
    });
  });
});
