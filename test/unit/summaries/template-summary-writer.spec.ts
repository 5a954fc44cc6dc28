import { describe, expect, it } from 'vitest';
import { TemplateSummaryWriter } from '../../../src/summaries/template-summary-writer.js';
import type { SummaryFacts, SummaryInteraction } from '../../../src/summaries/summary-facts.js';
import { summaryFacts } from '../../support/summary-facts.js';

const write = (facts: Partial<SummaryFacts>) => new TemplateSummaryWriter().write(summaryFacts(facts));

describe('TemplateSummaryWriter', () => {
  it('describes the lead, the last contact and planned interactions, and names no model', async () => {
    expect(await write({})).toEqual({
      text: 'Ada Lovelace of Analytical Engines is a lead in status qualified with a budget of 50,000. The last contact was a call 3 days ago; there has been 1 past interaction. A meeting is planned for 2026-03-12.',
      headline: null,
      keyPoints: [],
      nextStep: null,
      source: 'template',
      model: null,
      promptVersion: null,
      withheldInteractionIds: [],
    });
  });

  it('needs hardly any data', async () => {
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

  it('does not claim that there was no contact if only plans are known', async () => {
    const { text } = await write({
      interactions: [
        { id: 1, type: 'email', direction: null, date: new Date('2026-03-12T09:00:00Z'), notes: null },
      ],
      interactionCount: 60,
    });
    expect(text).toBe(
      'Ada Lovelace of Analytical Engines is a lead in status qualified with a budget of 50,000. An email is planned for 2026-03-12.',
    );
  });

  const interactionOf = (
    type: SummaryInteraction['type'],
    direction: SummaryInteraction['direction'],
    date: string,
  ): SummaryInteraction => ({ id: 1, type, direction, date: new Date(date), notes: null });

  it.each([
    [interactionOf('email', 'inbound', '2026-03-07'), 'an email from the lead 3 days ago'],
    [interactionOf('call', 'outbound', '2026-03-07'), 'a call to the lead 3 days ago'],
    [interactionOf('meeting', 'outbound', '2026-03-07'), 'a meeting 3 days ago'],
    [interactionOf('email', null, '2026-03-07'), 'an email 3 days ago'],
  ])('describes the direction of the last contact: %#', async (interaction, expected) => {
    const { text } = await write({ interactions: [interaction], interactionCount: 1 });
    expect(text).toContain(`The last contact was ${expected}; there has been 1 past interaction.`);
  });

  it('does not count an outbound email as a contact', async () => {
    const outbound = (day: string) => interactionOf('email', 'outbound', `2026-03-${day}`);
    const textOf = async (interactions: SummaryInteraction[], interactionCount = interactions.length) =>
      (await write({ interactions, interactionCount })).text.replace(/^.*?50,000\. /, '');
    expect(await textOf([outbound('09')])).toBe(
      'There has been no contact yet. The latest email to the lead has no answer.',
    );
    const contact = interactionOf('email', 'inbound', '2026-03-05');
    const earlier = outbound('01');
    expect(await textOf([outbound('20'), outbound('09'), outbound('06'), contact, earlier])).toBe(
      'The last contact was an email from the lead 5 days ago; there have been 4 past interactions. The latest 2 emails to the lead have no answer. An email to the lead is planned for 2026-03-20.',
    );
    expect(await textOf([outbound('09'), outbound('06')], 60)).toBe(
      'The latest 2 emails to the lead have no answer.',
    );
  });

  it('counts interactions that are not in its input', async () => {
    const { text } = await write({
      interactions: [
        { id: 1, type: 'email', direction: null, date: new Date('2026-03-10T11:00:00Z'), notes: 'secret' },
      ],
      interactionCount: 1_234,
    });
    expect(text).toContain('an email within the last day; there have been 1,234 past interactions');
    expect(text).not.toContain('secret');
  });
});
