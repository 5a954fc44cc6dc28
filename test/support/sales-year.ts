import { salesYear } from '../../src/demo/sales-year.js';
import type { LeadPast } from '../../src/score-quality/lead-past.js';

/** The pasts of the leads of the synthetic sales year that ends at an instant. */
export const salesYearPasts = (asOf: Date): LeadPast[] =>
  [...salesYear(asOf)].map(({ changes, interactions }, index) => ({
    id: index + 1,
    changes: changes.map((change) => ({
      ...change,
      effectiveAt: change.effectiveAt.getTime(),
      recordedAt: change.recordedAt.getTime(),
    })),
    interactions: interactions.map((interaction) => ({
      ...interaction,
      recordedAt: interaction.recordedAt.getTime(),
      replacedAt: Infinity,
    })),
  }));
