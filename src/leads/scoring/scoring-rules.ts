/** The fields of a lead that a fit criterion can examine. */
export const FIT_FIELDS = ['SOURCE', 'COMPANY', 'LOCATION', 'EMAIL_DOMAIN', 'STATUS', 'BUDGET'] as const;
export type FitField = (typeof FIT_FIELDS)[number];

/**
 * How a fit criterion compares. Texts are compared without letter case and accents. `IN` needs one of several
 * values, `CONTAINS` a part of the text. `AT_LEAST` compares the budget, `IS_FREE_MAIL` the e-mail domain. An
 * empty text is missing, as is a budget that is not above 0.
 */
export const FIT_OPERATORS = ['EQUALS', 'IN', 'CONTAINS', 'AT_LEAST', 'IS_FREE_MAIL', 'IS_MISSING'] as const;
export type FitOperator = (typeof FIT_OPERATORS)[number];

export interface FitCriterion {
  readonly field: FitField;
  readonly operator: FitOperator;
  /** One value; for `IN` at least one; none for `IS_FREE_MAIL` and `IS_MISSING`. A budget is a decimal number. */
  readonly value: readonly string[];
  /** Whole points, -20 to 20, that a matching lead gets. */
  readonly points: number;
}

/**
 * The parameters of the activity score, which docs/scoring.md explains. Published versions are stored in the
 * table `scoring_rules`.
 *
 * Caps are whole points and add up to 100. Half-lives are in days of 86 400 seconds.
 */
export interface ScoringRules {
  readonly recency: {
    readonly cap: number;
    readonly halfLifeDays: number;
    /** A contact that is planned within this many whole days counts as a contact now. */
    readonly horizonDays: number;
  };
  readonly engagement: {
    readonly cap: number;
    readonly halfLifeDays: number;
    /** The weighted points that result in half the cap. */
    readonly halfCapPoints: number;
    readonly weights: {
      readonly meeting: number;
      readonly call: number;
      readonly email: number;
      readonly outboundEmail: number;
    };
  };
  readonly budget: {
    readonly cap: number;
    /** The budget that results in half the cap. */
    readonly halfCapBudget: number;
  };
  readonly status: {
    readonly cap: number;
    /** Each status as its `labelKey`. */
    readonly points: readonly { readonly status: string; readonly points: number }[];
    /** The points of a status that is not listed. */
    readonly otherwise: number;
  };
  /** The points of all matching criteria are added up and limited to 0 to `cap`. */
  readonly fit: { readonly cap: number; readonly criteria: readonly FitCriterion[] };
  /** Whether a lost lead scores 0. Otherwise it is scored like any other. */
  readonly lostScoresZero: boolean;
  /** The lowest scores of open leads that are HOT and WARM. */
  readonly bands: { readonly hot: number; readonly warm: number };
}

/** The rules that a new database starts with (migration 0028). */
export const RULES_OF_VERSION_1: ScoringRules = {
  recency: { cap: 40, halfLifeDays: 14, horizonDays: 30 },
  engagement: {
    cap: 30,
    halfLifeDays: 30,
    halfCapPoints: 10,
    weights: { meeting: 5, call: 3, email: 1, outboundEmail: 0.2 },
  },
  budget: { cap: 20, halfCapBudget: 50_000 },
  status: {
    cap: 10,
    points: [
      { status: 'new', points: 3 },
      { status: 'contacted', points: 5 },
      { status: 'qualified', points: 7 },
      { status: 'proposal', points: 8 },
      { status: 'negotiation', points: 9 },
      { status: 'won', points: 10 },
      { status: 'closed_won', points: 10 },
      { status: 'converted', points: 10 },
    ],
    otherwise: 3,
  },
  fit: { cap: 0, criteria: [] },
  lostScoresZero: true,
  bands: { hot: 70, warm: 40 },
};
