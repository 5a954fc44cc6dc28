import { hash32 } from '../common/seeded-random.js';
import type { ScoringRules } from '../leads/scoring/scoring-rules.js';
import type { Landmarks } from './landmarks.js';
import type { LeadPast } from './lead-past.js';
import { bootstrapWeights, REPLICATES } from './bootstrap-weights.js';
import { firstKnown, lateEntriesOf, type Observation, observationsOf } from './observations.js';
import { OutcomesByScore, type WinRate } from './outcomes-by-score.js';
import { Ranking, type RankingQuality } from './ranking.js';

/** The number of won leads, and of lost ones, below which figures would be noise. */
const MIN_OUTCOMES = 40;

/** The number of leads below which a score has no win rate. */
const MIN_LEADS_PER_RATE = 20;

/** The ranks of a baseline. Values so close together that they share a rank count as ties. */
const RANKS = 1024;

/** A win rate of a range of scores, both ends included. */
export interface RangeWinRate extends WinRate {
  readonly from: number;
  readonly to: number;
}

export interface ScoreQualityFigures {
  readonly score: RankingQuality;
  /** The score without the points for the status. A status can anticipate the outcome, as negotiation does. */
  readonly scoreWithoutStatus: RankingQuality;
  /** Simple orders, for comparison. A useful score is better than each of them. */
  readonly baselines: {
    readonly random: RankingQuality;
    /** The lead with the latest contact first. */
    readonly recency: RankingQuality;
    /** The lead with the most interactions first. */
    readonly interactionCount: RankingQuality;
  };
  /** The win rates of HOT, WARM and COLD. */
  readonly bands: Readonly<Record<'hot' | 'warm' | 'cold', RangeWinRate>>;
  /** The win rates of 0 to 9, 10 to 19 and so on; the last range is 90 to 100. */
  readonly tens: readonly RangeWinRate[];
  /** The win rate of each score from 0 to 100, which does not fall with the score; null: too few leads. */
  readonly winRates: readonly (WinRate | null)[];
}

/** How well a score would have predicted which leads are won. */
export interface ScoreQualityReport {
  /** Leads that were open at a landmark, at least once. */
  readonly leads: number;
  readonly landmarks: number;
  readonly firstLandmark: Date | null;
  readonly lastLandmark: Date | null;
  /** Landmarks that were left out because the time for their outcomes is not over. */
  readonly incompleteLandmarks: number;
  /** Open leads at landmarks. Each lead counts at each landmark. */
  readonly pairs: number;
  /** Pairs that were won within the horizon. */
  readonly wins: number;
  readonly leadsWon: number;
  readonly leadsLost: number;
  /** Null: there are too few outcomes, as `missing` describes. */
  readonly figures: ScoreQualityFigures | null;
  /** Why there are no figures. */
  readonly missing: string | null;
  /** What the figures do not show, in sentences. */
  readonly limits: readonly string[];
}

/** Collects the pasts of leads, one at a time. The memory does not depend on the number of leads. */
export class ScoreQuality {
  private readonly weights = new Uint8Array(REPLICATES);
  private readonly rankings = {
    score: new Ranking(101, REPLICATES),
    scoreWithoutStatus: new Ranking(101, REPLICATES),
    random: new Ranking(RANKS, REPLICATES),
    recency: new Ranking(RANKS, REPLICATES),
    interactionCount: new Ranking(RANKS, REPLICATES),
  };
  private readonly outcomes = new OutcomesByScore();
  private firstKnown = Infinity;
  private leads = 0;
  private pairs = 0;
  private wins = 0;
  private leadsWon = 0;
  private leadsLost = 0;
  private pairsClosed = 0;
  private lateChanges = 0;
  private lateInteractions = 0;

  constructor(
    private readonly landmarks: Landmarks,
    private readonly rules: ScoringRules,
  ) {}

  add(lead: LeadPast): void {
    this.firstKnown = Math.min(this.firstKnown, firstKnown(lead));
    const late = lateEntriesOf(lead, this.landmarks);
    this.lateChanges += late.changes;
    this.lateInteractions += late.interactions;
    let [isObserved, isWon, isLost] = [false, false, false];
    for (const observation of observationsOf(this.rules, lead, this.landmarks)) {
      this.addPair(lead.id, observation);
      isObserved = true;
      isWon ||= observation.isWon;
      isLost ||= observation.isLost;
    }
    if (!isObserved) return;
    this.leads += 1;
    if (isWon) this.leadsWon += 1;
    if (isLost) this.leadsLost += 1;
    const largest = bootstrapWeights(lead.id, this.weights);
    for (const ranking of Object.values(this.rankings)) ranking.endLead(this.weights, largest);
    this.outcomes.endLead();
  }

  private addPair(leadId: number, observation: Observation): void {
    const { landmark, score, scoreWithoutStatus, isWon } = observation;
    const { rankings } = this;
    this.pairs += 1;
    if (isWon) this.wins += 1;
    if (observation.wasClosed) this.pairsClosed += 1;
    this.outcomes.add(score, isWon);
    rankings.score.add(score, isWon);
    rankings.scoreWithoutStatus.add(scoreWithoutStatus, isWon);
    rankings.random.add(hash32(hash32(leadId) + landmark) % RANKS, isWon);
    rankings.recency.add(recencyRank(observation.daysSinceContact), isWon);
    rankings.interactionCount.add(Math.min(observation.interactionCount, RANKS - 1), isWon);
  }

  report(): ScoreQualityReport {
    const { landmarks, leads, pairs, wins, leadsWon, leadsLost } = this;
    const first = Number.isFinite(this.firstKnown) ? landmarks.firstFrom(this.firstKnown) : null;
    const count = first === null ? 0 : landmarks.countFrom(first);
    const instantOf = (landmark: number) => new Date(landmarks.instantOf(landmark));
    const figures = this.figures();
    return {
      leads,
      landmarks: count,
      firstLandmark: first === null || count === 0 ? null : instantOf(first),
      lastLandmark: count === 0 ? null : instantOf(landmarks.last),
      incompleteLandmarks: first === null ? 0 : landmarks.incompleteCountFrom(first),
      pairs,
      wins,
      leadsWon,
      leadsLost,
      figures,
      missing: figures === null ? missingOutcomes(leadsWon, leadsLost) : null,
      limits: this.limits(),
    };
  }

  private figures(): ScoreQualityFigures | null {
    if (this.leadsWon < MIN_OUTCOMES || this.leadsLost < MIN_OUTCOMES) return null;
    const { rankings, outcomes } = this;
    const { bands } = this.rules;
    const score = rankings.score.quality();
    const scoreWithoutStatus = rankings.scoreWithoutStatus.quality();
    const random = rankings.random.quality();
    const recency = rankings.recency.quality();
    const interactionCount = rankings.interactionCount.quality();
    // Every pair was won. Then no order is better than another.
    if (!score || !scoreWithoutStatus || !random || !recency || !interactionCount) return null;
    const range = (from: number, to: number) => ({ from, to, ...outcomes.winRate(from, to) });
    return {
      score,
      scoreWithoutStatus,
      baselines: { random, recency, interactionCount },
      bands: {
        hot: range(bands.hot, 100),
        warm: range(bands.warm, bands.hot - 1),
        cold: range(0, bands.warm - 1),
      },
      tens: Array.from({ length: 10 }, (_, ten) => range(10 * ten, ten === 9 ? 100 : 10 * ten + 9)),
      winRates: outcomes.isotonicWinRates(MIN_LEADS_PER_RATE),
    };
  }

  private limits(): string[] {
    const { lateChanges, lateInteractions, pairsClosed } = this;
    return [
      'Salespeople choose which leads they contact. So a high win rate of a score does not prove that the contacts caused it.',
      'Deleted leads are missing, with their outcomes.',
      'An entry counts only at landmarks after it was recorded. The history before an import counts only if the import contains the times of recording.',
      ...(lateChanges === 0
        ? []
        : [`${lateChanges} changes of leads were recorded after a landmark at which they were in effect.`]),
      ...(lateInteractions === 0
        ? []
        : [`${lateInteractions} interactions were recorded after a landmark that followed them.`]),
      ...(pairsClosed === 0
        ? []
        : [
            `${pairsClosed} times a lead counts as open at a landmark although it was closed, because that was recorded later.`,
          ]),
      'A lead counts at each landmark. The intervals take into account that these observations depend on each other. They do not take into account that the market, the prices or the team may have changed.',
      'The rules may have been chosen with these outcomes in mind. Then the figures of the next months will be lower.',
    ];
  }
}

/** Ranks contacts by age, in steps of about 1 %. */
function recencyRank(days: number | null): number {
  if (days === null) return 0;
  return Math.max(1, RANKS - 1 - Math.floor(60 * Math.log2(1 + 24 * days)));
}

function missingOutcomes(leadsWon: number, leadsLost: number): string {
  const missing = (count: number, outcome: string) =>
    count < MIN_OUTCOMES ? [`${MIN_OUTCOMES - count} more ${outcome}`] : [];
  const leads = [...missing(leadsWon, 'won'), ...missing(leadsLost, 'lost')];
  return leads.length === 0
    ? 'There are no figures, because every lead was won at every landmark.'
    : `There are too few outcomes for figures, which need ${MIN_OUTCOMES} won and ${MIN_OUTCOMES} lost leads. Missing: ${leads.join(' and ')}.`;
}
