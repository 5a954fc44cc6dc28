/**
 * The parameters of the activity score; docs/scoring.md explains them. The SQL function `score_of` (migration 0020) has the same
 * ones, and a test compares the two.
 *
 * Caps are points and add up to 100. Half-lives are in days of 86 400 seconds.
 */
export const SCORING_PARAMETERS = {
  recency: {
    cap: 40,
    halfLifeDays: 14,
    /** A contact that is planned within so many days counts as one that takes place now. */
    horizonDays: 30,
  },
  engagement: {
    cap: 30,
    halfLifeDays: 30,
    /** Weighted points that fill half the cap. */
    halfCapPoints: 10,
    weights: { meeting: 5, call: 3, email: 1, outboundEmail: 0.2 },
  },
  budget: {
    cap: 20,
    /** The budget that fills half the cap. */
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
    /** For a status that is not listed. */
    pointsOtherwise: 3,
  },
} as const;
