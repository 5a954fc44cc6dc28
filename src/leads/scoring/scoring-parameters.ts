/**
 * The parameters of the activity score, which docs/scoring.md explains. The SQL function `score_of`
 * (migration 0020) uses the same values, and a test compares both.
 *
 * Caps are points and add up to 100. Half-lives are in days of 86 400 seconds.
 */
export const SCORING_PARAMETERS = {
  recency: {
    cap: 40,
    halfLifeDays: 14,
    /** A contact that is planned within this many days counts as a contact now. */
    horizonDays: 30,
  },
  engagement: {
    cap: 30,
    halfLifeDays: 30,
    /** The weighted points that result in half the cap. */
    halfCapPoints: 10,
    weights: { meeting: 5, call: 3, email: 1, outboundEmail: 0.2 },
  },
  budget: {
    cap: 20,
    /** The budget that results in half the cap. */
    halfCapBudget: 50_000,
  },
  status: {
    cap: 10,
    points: {
      new: 3,
      contacted: 5,
      qualified: 7,
      proposal: 8,
      negotiation: 9,
      won: 10,
      closed_won: 10,
      converted: 10,
    },
    /** The points of a status that is not listed. */
    pointsOtherwise: 3,
  },
} as const;
