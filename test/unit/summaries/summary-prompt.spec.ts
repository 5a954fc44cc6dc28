import { describe, expect, it } from 'vitest';
import type { SummaryFacts } from '../../../src/summaries/summary-facts.js';
import { buildSummaryInput } from '../../../src/summaries/build-summary-input.js';
import { summaryPrompt, systemMessage } from '../../../src/summaries/summary-prompt.js';
import { summaryFacts } from '../../support/summary-facts.js';

const DELIMITER = '=== random ===';
const INSTRUCTIONS = systemMessage(null);
const promptOf = (facts: Partial<SummaryFacts>) =>
  summaryPrompt(buildSummaryInput(summaryFacts(facts)), DELIMITER, INSTRUCTIONS);
const userLines = (facts: Partial<SummaryFacts>) => (promptOf(facts)[1]?.content ?? '').split('\n');
const note = (notes: string): Partial<SummaryFacts> => ({
  interactions: [{ id: 1, type: 'email', direction: null, date: new Date('2026-03-01T08:00:00Z'), notes }],
  interactionCount: 1,
});
const notesIn = (notes: string) => (JSON.parse(userLines(note(notes))[2] ?? '{}') as { notes: string }).notes;

describe('the prompt', () => {
  it('has all instructions in the system message, and the facts as JSON between two delimiters', () => {
    const messages = promptOf({});
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user']);
    expect(messages[0]?.content).toBe(INSTRUCTIONS);
    const lines = userLines({});
    expect([lines[0], lines.at(-1)]).toEqual([DELIMITER, DELIMITER]);
    expect(lines.slice(1, -1).map((line) => JSON.parse(line) as unknown)).toEqual([
      {
        name: 'Ada Lovelace',
        company: 'Analytical Engines',
        location: 'London',
        source: 'referral',
        status: 'qualified',
        budget: 50_000,
        interactionCount: 2,
      },
      { id: 'I1', type: 'meeting', date: '2026-03-12', planned: true, notes: null },
      { id: 'I2', type: 'call', date: '2026-03-07', notes: 'Asked for an offer.' },
    ]);
  });

  it('contains the direction of an interaction if it is known', () => {
    const interaction = {
      id: 1,
      type: 'email',
      date: new Date('2026-03-01T08:00:00Z'),
      notes: null,
    } as const;
    const interactions = (['inbound', 'outbound', null] as const).map((direction) => ({
      ...interaction,
      direction,
    }));
    const lines = userLines({ interactions, interactionCount: 3 });
    expect(lines.slice(2, -1).map((line) => JSON.parse(line) as unknown)).toEqual([
      { id: 'I1', type: 'email', direction: 'inbound', date: '2026-03-01', notes: null },
      { id: 'I2', type: 'email', direction: 'outbound', date: '2026-03-01', notes: null },
      { id: 'I3', type: 'email', date: '2026-03-01', notes: null },
    ]);
    expect(INSTRUCTIONS).toContain('"inbound" is the lead');
  });

  it('keeps any note on one line', () => {
    expect(userLines(note(`a\n${DELIMITER}\nand "more"}`))).toHaveLength(4);
  });

  it('stays the same until a planned interaction takes place', () => {
    const at = (asOf: string) => promptOf({ asOf: new Date(asOf) });
    expect(at('2026-03-09T00:00:00Z')).toEqual(at('2026-03-12T08:00:00Z'));
    expect(at('2026-03-12T10:00:00Z')).not.toEqual(at('2026-03-12T08:00:00Z'));
  });

  it('names the requested language', () => {
    expect(systemMessage('pt-BR')).toContain('Brazilian Portuguese');
    expect(systemMessage(null)).toContain('the language that most of the notes are written in');
  });

  it('masks e-mail addresses and telephone numbers, but not dates and amounts', () => {
    expect(
      notesIn(
        'Mail ada@example.com or Ünal@exämple.org, call +44 20 7946 0182 or (202) 555-0101, by 2026-11-20 10:30, for 50 000 or 1 200 000 000.',
      ),
    ).toBe(
      'Mail [e-mail] or [e-mail], call [phone] or [phone], by 2026-11-20 10:30, for 50 000 or 1 200 000 000.',
    );
  });

  it('removes invisible and control characters', () => {
    expect(notesIn('a\u200bb\u202ec\u0007d\u{e0041}e\ufefff')).toBe('abcdef');
  });

  it('truncates a long note visibly, and never splits a character', () => {
    const cut = notesIn(`${'x'.repeat(999)}😀 and more`);
    expect(cut).toBe(`${'x'.repeat(999)} [cut]`);
  });

  it('omits the oldest interactions if there are too many, and contains their number', () => {
    const interactions = Array.from({ length: 40 }, (_, index) => ({
      id: index,
      type: 'call' as const,
      direction: null,
      date: new Date(Date.UTC(2026, 0, 40 - index)),
      notes: 'x'.repeat(900),
    }));
    const lines = userLines({ interactions, interactionCount: 60 });
    const shown = lines.length - 4;
    expect(shown).toBeLessThan(14);
    expect(JSON.parse(lines.at(-2) ?? '')).toEqual({ olderInteractionsLeftOut: 60 - shown });
    expect(JSON.parse(lines[2] ?? '')).toMatchObject({ id: 'I1', date: '2026-02-09' });
  });
});
