import { Sequelize } from 'sequelize';
import { DedicatedConnections } from '../../src/database/dedicated-connections.js';
import { RULES_OF_VERSION_1, type ScoringRules } from '../../src/leads/scoring/scoring-rules.js';
import { ScoreQualityService } from '../../src/score-quality/score-quality.service.js';
import { DEFAULT_SAMPLE, RulesPreviewService } from '../../src/scoring-rules/rules-preview.service.js';
import type { BenchDatabase } from './bench-database.js';
import { say } from './benchmark.js';

const { recency, engagement, budget } = RULES_OF_VERSION_1;

const OTHER_CAPS: ScoringRules = {
  ...RULES_OF_VERSION_1,
  recency: { ...recency, cap: recency.cap - 10 },
  engagement: { ...engagement, cap: engagement.cap + 10 },
};

const WITH_FIT: ScoringRules = {
  ...RULES_OF_VERSION_1,
  recency: { ...recency, cap: recency.cap - 10 },
  budget: { ...budget, cap: budget.cap - 10 },
  fit: {
    cap: 20,
    criteria: [
      { field: 'SOURCE', operator: 'IN', value: ['referral', 'trade fair'], points: 10 },
      { field: 'COMPANY', operator: 'CONTAINS', value: ['company 1'], points: 5 },
      { field: 'BUDGET', operator: 'AT_LEAST', value: ['100000'], points: 8 },
      { field: 'EMAIL_DOMAIN', operator: 'IS_FREE_MAIL', value: [], points: -10 },
    ],
  },
};

/** Milliseconds of previews of new rules. */
export interface Previews {
  readonly otherCaps: number[];
  /** With the backtests of the rules in force and of the new ones, on a sample. */
  readonly otherCapsWithBacktest: number[];
  /** With four fit criteria. */
  readonly withFit: number[];
  readonly withFitAndBacktest: number[];
}

/** Measures previews of scoring rules on all leads of a database. */
export async function measurePreviews(database: BenchDatabase, rounds: number): Promise<Previews> {
  const sequelize = new Sequelize(database.url, { logging: false });
  const quality = new ScoreQualityService(new DedicatedConnections(database.url));
  const service = new RulesPreviewService(sequelize, quality);
  const { signal } = new AbortController();
  const works = {
    otherCaps: () => service.preview(OTHER_CAPS, null, signal),
    otherCapsWithBacktest: () => service.preview(OTHER_CAPS, DEFAULT_SAMPLE, signal),
    withFit: () => service.preview(WITH_FIT, null, signal),
    withFitAndBacktest: () => service.preview(WITH_FIT, DEFAULT_SAMPLE, signal),
  };
  const previews: Previews = {
    otherCaps: [],
    otherCapsWithBacktest: [],
    withFit: [],
    withFitAndBacktest: [],
  };
  try {
    // The first round is not measured: it fills the caches.
    for (let round = 0; round <= rounds; round += 1) {
      say(`Previews, round ${round} of ${rounds}`);
      for (const [name, work] of Object.entries(works) as [keyof Previews, () => Promise<unknown>][]) {
        const startedAt = performance.now();
        await work();
        if (round > 0) previews[name].push(performance.now() - startedAt);
      }
    }
  } finally {
    await sequelize.close();
  }
  return previews;
}
