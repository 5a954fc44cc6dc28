import { describe, expect, it } from '@jest/globals';
import { TemplateSummaryWriter } from '../../../src/leads/summaries/template-summary-writer.js';
import type { SummaryFacts } from '../../../src/leads/summaries/summary-facts.js';
import { summaryFacts } from '../../support/summary-facts.js';

const write = (facts: Partial<SummaryFacts>) => new TemplateSummaryWriter().write(summaryFacts(facts));

describe('the template', () => {
  it('tells who the lead is, the last contact and what is planned, and claims no model', async () => {
    expect(await write({})).toEqual({
      text: 'Ada Lovelace of Analytical Engines is a lead in status qualified with a budget of 50,000. The last contact was a call 3 days ago; there has been 1 interaction in all. A meeting is planned for 2026-03-12.',
      headline: null,
      keyPoints: [],
      nextStep: null,
      source: 'template',
      model: null,
      promptVersion: null,
      withheldInteractionIds: [],
    });
  });

  it('does with next to nothing', async () => {
    const { text } = await write({
      firstName: '小龍',
      lastName: '李',
      company: null,
      budget: null,
      status: 'closed_lost',
      interactions: [],
      interactionCount: 0,
    });
    expect(text).toBe('小龍 李 is a lead in status closed lost. There has been no contact yet.');
  });

  it('does not claim that there was no contact where it sees plans alone', async () => {
    const { text } = await write({
      interactions: [{ id: 1, type: 'email', date: new Date('2026-03-12T09:00:00Z'), notes: null }],
      interactionCount: 60,
    });
    expect(text).toBe(
      'Ada Lovelace of Analytical Engines is a lead in status qualified with a budget of 50,000. An email is planned for 2026-03-12.',
    );
  });

  it('counts the interactions that it does not see', async () => {
    const { text } = await write({
      interactions: [{ id: 1, type: 'email', date: new Date('2026-03-10T11:00:00Z'), notes: 'secret' }],
      interactionCount: 1_234,
    });
    expect(text).toContain('an email within the last day; there have been 1,234 interactions in all');
    expect(text).not.toContain('secret');
  });
});
