import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/common/seeded-random.js';
import { isOpen, isWon } from '../../../src/leads/lead-status.js';
import { Landmarks } from '../../../src/score-quality/landmarks.js';
import type { LeadPast } from '../../../src/score-quality/lead-past.js';
import {
  ScoreQuality,
  type ScoreQualityFigures,
  type ScoreQualityReport,
} from '../../../src/score-quality/score-quality.js';
import { RULES_OF_VERSION_1 } from '../../../src/leads/scoring/scoring-rules.js';
import { salesYearPasts } from '../../support/sales-year.js';

const DAY = 86_400_000;
const NOW = new Date('2026-03-10T12:00:00Z');
const LANDMARKS = new Landmarks(7, 90, NOW);

function report(leads: readonly LeadPast[], landmarks = LANDMARKS): ScoreQualityReport {
  const quality = new ScoreQuality(landmarks, RULES_OF_VERSION_1);
  for (const lead of leads) quality.add(lead);
  return quality.report();
}

function figuresOf(leads: readonly LeadPast[]): ScoreQualityFigures {
  const { figures } = report(leads);
  if (figures === null) throw new Error('There are no figures.');
  return figures;
}

/** A landmark. */
const MONDAY = Date.UTC(2025, 9, 6);

/** A lead that is created at a landmark and decided before the next one. */
const decidedLead = (id: number, status: string, hasCall: boolean): LeadPast => ({
  id,
  changes: [
    { effectiveAt: MONDAY, recordedAt: MONDAY, status: 'new', budget: null },
    { effectiveAt: MONDAY + 6.5 * DAY, recordedAt: MONDAY + 6.5 * DAY, status, budget: null },
  ],
  interactions: hasCall
    ? [{ type: 'call', date: new Date(MONDAY), recordedAt: MONDAY, replacedAt: Infinity }]
    : [],
});

const decidedLeads = (won: number, lost: number): LeadPast[] => [
  ...Array.from({ length: won }, (_, index) => decidedLead(index, 'won', index < 30)),
  ...Array.from({ length: lost }, (_, index) => decidedLead(1000 + index, 'lost', index < 10)),
];

describe('ScoreQuality', () => {
  it('has the figures that a calculation by hand results in', () => {
    const { figures, ...counts } = report(decidedLeads(50, 50));
    expect(counts).toMatchObject({
      leads: 100,
      landmarks: 10,
      firstLandmark: new Date(MONDAY),
      lastLandmark: new Date('2025-12-08T00:00:00Z'),
      incompleteLandmarks: 13,
      pairs: 100,
      wins: 50,
      leadsWon: 50,
      leadsLost: 50,
      missing: null,
    });
    // 40 leads have the score 49, of which 30 are won. 60 have the score 3, of which 20 are won.
    expect(figures?.score.auc).toBeCloseTo((30 * 40 + (30 * 10 + 20 * 40) / 2) / (50 * 50), 12);
    expect(figures?.score.topTenthWinRate).toBeCloseTo(0.75, 12);
    for (const [decile, lift] of (figures?.score.liftByDecile ?? []).entries()) {
      expect(lift).toBeCloseTo(decile < 4 ? 1.5 : 2 / 3, 12);
    }
    // Without the status, the scores are 46 and 0.
    expect(figures?.scoreWithoutStatus).toEqual(figures?.score);
    expect(figures?.baselines.recency).toEqual(figures?.score);
    expect(figures?.baselines.interactionCount).toEqual(figures?.score);
    expect(figures?.bands).toMatchObject({
      hot: { from: 70, to: 100, rate: null, interval: null, leads: 0 },
      warm: { from: 40, to: 69, rate: 0.75, leads: 40, pairs: 40, wins: 30 },
      cold: { from: 0, to: 39, rate: 1 / 3, leads: 60, pairs: 60, wins: 20 },
    });
    expect(figures?.tens.map(({ from, to, wins }) => [from, to, wins])).toEqual(
      [0, 10, 20, 30, 40, 50, 60, 70, 80, 90].map((from) => [
        from,
        from === 90 ? 100 : from + 9,
        from === 0 ? 20 : from === 40 ? 30 : 0,
      ]),
    );
    expect(figures?.winRates.map((winRate) => winRate?.rate ?? null)).toEqual(
      Array.from({ length: 101 }, (_, score) => (score === 3 ? 1 / 3 : score === 49 ? 0.75 : null)),
    );
  });

  it('has the quality of the score without the points for the status', () => {
    const leads = decidedLeads(50, 50).map((lead, index): LeadPast => {
      const [created, decided] = lead.changes;
      if (created === undefined || decided === undefined) throw new Error('The lead has no outcome.');
      const status = index < 50 ? 'negotiation' : 'new';
      return { ...lead, changes: [{ ...created, status }, decided], interactions: [] };
    });
    const { score, scoreWithoutStatus } = figuresOf(leads);
    expect(score.auc).toBe(1);
    expect(scoreWithoutStatus.auc).toBe(0.5);
  });

  it('has no figures for fewer than 40 won or 40 lost leads, and names how many are missing', () => {
    expect(report(decidedLeads(40, 40))).toMatchObject({ missing: null, figures: { score: {} } });
    expect(report(decidedLeads(39, 40))).toMatchObject({
      figures: null,
      missing:
        'There are too few outcomes for figures, which need 40 won and 40 lost leads. Missing: 1 more won.',
    });
    expect(report(decidedLeads(50, 12))).toMatchObject({
      figures: null,
      missing:
        'There are too few outcomes for figures, which need 40 won and 40 lost leads. Missing: 28 more lost.',
    });
    expect(report([])).toMatchObject({
      leads: 0,
      landmarks: 0,
      firstLandmark: null,
      lastLandmark: null,
      incompleteLandmarks: 0,
      figures: null,
      missing:
        'There are too few outcomes for figures, which need 40 won and 40 lost leads. Missing: 40 more won and 40 more lost.',
    });
  });

  it('returns the same for leads in another order', () => {
    const leads = salesYearPasts(NOW).slice(0, 400);
    expect(report(leads.toReversed())).toEqual(report(leads));
  });
});

describe('the synthetic sales year', () => {
  const leads = salesYearPasts(NOW);
  const original = report(leads);

  it('has a score that is better than the baselines, and a random order that is not better than chance', () => {
    const { score, scoreWithoutStatus, baselines, bands } = figuresOf(leads);
    expect(score.auc).toBeGreaterThan(0.7);
    expect(scoreWithoutStatus.aucInterval.low).toBeGreaterThan(0.6);
    expect(score.aucInterval.low).toBeGreaterThan(baselines.recency.aucInterval.high);
    expect(baselines.recency.aucInterval.low).toBeGreaterThan(0.6);
    expect(baselines.random.aucInterval.low).toBeLessThan(0.5);
    expect(baselines.random.aucInterval.high).toBeGreaterThan(0.5);
    expect(bands.hot.rate).toBeGreaterThan(2 * (bands.warm.rate ?? NaN));
    expect(bands.warm.rate).toBeGreaterThan(2 * (bands.cold.rate ?? NaN));
  });

  it('has the same figures if entries are recorded at the end that are dated back', () => {
    const end = NOW.getTime();
    const leaked = leads.map((lead): LeadPast => {
      const last = lead.changes.at(-1);
      const first = lead.changes[0];
      if (last === undefined || first === undefined || !isWon(last.status)) return lead;
      const shortlyBefore = Math.max(first.effectiveAt, last.effectiveAt - 20 * DAY);
      return {
        ...lead,
        changes: [
          ...lead.changes.slice(0, -1),
          { effectiveAt: last.effectiveAt - 1, recordedAt: end, status: 'negotiation', budget: 10_000_000 },
          last,
        ],
        interactions: [
          // A version that was known until the end is not replaced for the past.
          ...lead.interactions.map((version) => ({ ...version, replacedAt: end })),
          ...Array.from({ length: 5 }, (_, day) => ({
            type: 'meeting' as const,
            date: new Date(shortlyBefore + day * DAY),
            recordedAt: end,
            replacedAt: Infinity,
          })),
        ],
      };
    });
    const { limits, ...rest } = report(leaked);
    const { limits: originalLimits, ...originalRest } = original;
    expect(rest).toEqual(originalRest);
    expect(limits).not.toEqual(originalLimits);
    expect(limits.join(' ')).toContain('interactions were recorded after a landmark that followed them.');
  });

  it('has an area under the curve of 0.5 if outcomes are shuffled', () => {
    const random = new SeededRandom(3);
    // A decision that is as likely on each day does not depend on the age of the lead.
    const shuffled = leads.map(({ id, changes: [created], interactions }): LeadPast => {
      if (created === undefined) return { id, changes: [], interactions };
      const decidedAt = created.effectiveAt - 200 * DAY * Math.log(1 - random.number());
      const status = random.isTrue(0.5) ? 'won' : 'lost';
      return {
        id,
        changes: [created, { ...created, effectiveAt: decidedAt, recordedAt: decidedAt, status }].filter(
          ({ effectiveAt }) => effectiveAt < NOW.getTime(),
        ),
        interactions,
      };
    });
    const { score, scoreWithoutStatus, baselines } = figuresOf(shuffled);
    for (const { auc, aucInterval } of [score, scoreWithoutStatus, ...Object.values(baselines)]) {
      expect(aucInterval.low).toBeLessThan(0.5);
      expect(aucInterval.high).toBeGreaterThan(0.5);
      expect(Math.abs(auc - 0.5)).toBeLessThan(0.04);
    }
  });

  it('leaves about 30 % of the leads open', () => {
    const open = leads.filter(({ changes }) => isOpen(changes.at(-1)?.status ?? 'new')).length;
    expect(open / leads.length).toBeGreaterThan(0.27);
    expect(open / leads.length).toBeLessThan(0.35);
  });
});
