import fc from 'fast-check';
import { labelKey } from '../../src/common/label-key.js';
import {
  type FitCriterion,
  RULES_OF_VERSION_1,
  type ScoringRules,
} from '../../src/leads/scoring/scoring-rules.js';

/** The values that fit criteria examine. */
export interface FitFacts {
  readonly source: string | null;
  readonly company: string | null;
  readonly location: string | null;
  readonly email: string;
  readonly status: string;
  readonly budget: number | null;
}

/** Rules without fit criteria as a value in a GraphQL document. */
export const rulesInDocument = (rules: ScoringRules): string =>
  JSON.stringify(rules).replace(/"(\w+)":/g, '$1:');

/** Domains that the list of free e-mail providers contains. */
const FREE_MAIL = ['gmail.com', 'web.de'];

const SOURCES = ['website', 'Trade Show', 'trade-show', 'cold call', '', null];
const COMPANIES = ['Acme', 'ACME GmbH', 'Müller & Söhne', "O'Neill \\ Partners $1", ' ', null];
const LOCATIONS = ['São Paulo', 'sao paulo', 'Zürich', 'Berlin', null];
const DOMAINS = ['acme.com', 'GMAIL.com', 'web.de', 'mail.acme.com'];
const STATUSES = ['new', 'Qualified', 'closed-won', 'lost', 'on hold'];

const text = (values: readonly (string | null)[]) =>
  fc.constantFrom(...values.filter((value): value is string => value !== null && value.trim() !== ''));

export const fitFacts = fc.record({
  source: fc.constantFrom(...SOURCES),
  company: fc.constantFrom(...COMPANIES),
  location: fc.constantFrom(...LOCATIONS),
  email: fc.constantFrom(...DOMAINS).map((domain) => `someone@${domain}`),
});

const points = fc.integer({ min: -20, max: 20 });

const textCriterion = (field: FitCriterion['field'], values: readonly (string | null)[]) =>
  fc.oneof(
    fc.record({
      field: fc.constant(field),
      operator: fc.constant('EQUALS' as const),
      value: fc.array(text(values), { minLength: 1, maxLength: 1 }),
      points,
    }),
    fc.record({
      field: fc.constant(field),
      operator: fc.constant('IN' as const),
      value: fc.array(text(values), { minLength: 1, maxLength: 3 }),
      points,
    }),
    fc.record({
      field: fc.constant(field),
      operator: fc.constant('CONTAINS' as const),
      value: text(values).map((value) => [value.slice(0, 3).trim()]),
      points,
    }),
    fc.record({
      field: fc.constant(field),
      operator: fc.constant('IS_MISSING' as const),
      value: fc.constant([]),
      points,
    }),
  );

const BUDGETS = ['0.01', '50000', '100000', '99999999.99'];

const criteria: fc.Arbitrary<FitCriterion[]> = fc.array(
  fc.oneof(
    textCriterion('SOURCE', SOURCES),
    textCriterion('COMPANY', COMPANIES),
    textCriterion('LOCATION', LOCATIONS),
    textCriterion('EMAIL_DOMAIN', DOMAINS),
    textCriterion('STATUS', STATUSES),
    fc.record({
      field: fc.constant('BUDGET' as const),
      operator: fc.constantFrom('EQUALS' as const, 'AT_LEAST' as const),
      value: fc.array(fc.constantFrom(...BUDGETS), { minLength: 1, maxLength: 1 }),
      points,
    }),
    fc.record({
      field: fc.constant('BUDGET' as const),
      operator: fc.constant('IN' as const),
      value: fc.array(fc.constantFrom(...BUDGETS), { minLength: 1, maxLength: 3 }),
      points,
    }),
    fc.constantFrom(
      { field: 'BUDGET' as const, operator: 'IS_MISSING' as const, value: [], points: -7 },
      { field: 'EMAIL_DOMAIN' as const, operator: 'IS_FREE_MAIL' as const, value: [], points: 9 },
    ),
  ),
  { maxLength: 50 },
);

/** Five whole numbers that add up to 100; the last is often 0. */
const caps = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 4, maxLength: 4 }), fc.boolean())
  .map(([cuts, hasFit]) => {
    const sorted = [0, ...(hasFit ? cuts : [...cuts.slice(0, 3), 100]).toSorted((a, b) => a - b), 100];
    return sorted.slice(1).map((cut, index) => cut - (sorted[index] ?? 0));
  });

const halfLife = fc.oneof(
  fc.constantFrom(0.1, 1, 14, 30, 3650),
  fc.double({ min: 0.1, max: 400, noNaN: true }),
);
const weight = fc.oneof(
  fc.constantFrom(0, 0.2, 1, 3, 5, 1000),
  fc.double({ min: 0.001, max: 50, noNaN: true }),
);

/** Any valid rules. */
export const scoringRules: fc.Arbitrary<ScoringRules> = fc
  .record({
    caps,
    recencyHalfLife: halfLife,
    engagementHalfLife: halfLife,
    horizonDays: fc.oneof(fc.constant(30), fc.integer({ min: 0, max: 365 })),
    halfCapPoints: fc.constantFrom(0.01, 1, 10, 12.5, 1_000_000),
    weights: fc.record({ meeting: weight, call: weight, email: weight, outboundEmail: weight }),
    halfCapBudget: fc.constantFrom(0.01, 100, 50_000, 1e12),
    shares: fc.array(fc.constantFrom(0, 0.3, 0.5, 1), { minLength: 9, maxLength: 9 }),
    criteria,
    lostScoresZero: fc.boolean(),
    hot: fc.integer({ min: 2, max: 100 }),
  })
  .map((drawn) => {
    const [recency = 0, engagement = 0, budget = 0, status = 0, fit = 0] = drawn.caps;
    const share = (index: number) => (drawn.shares[index] ?? 0) * status;
    return {
      recency: { cap: recency, halfLifeDays: drawn.recencyHalfLife, horizonDays: drawn.horizonDays },
      engagement: {
        cap: engagement,
        halfLifeDays: drawn.engagementHalfLife,
        halfCapPoints: drawn.halfCapPoints,
        weights: drawn.weights,
      },
      budget: { cap: budget, halfCapBudget: drawn.halfCapBudget },
      status: {
        cap: status,
        points: RULES_OF_VERSION_1.status.points.map((one, index) => ({ ...one, points: share(index) })),
        otherwise: share(8),
      },
      fit: { cap: fit, criteria: drawn.criteria },
      lostScoresZero: drawn.lostScoresZero,
      bands: { hot: drawn.hot, warm: drawn.hot - 1 },
    };
  });

/** Without letter case and accents, as far as the texts of these tests have them. */
const folded = (value: string | null): string | null =>
  value === null
    ? null
    : value
        .normalize('NFKD')
        .replace(/[\u0300-\u036f]/g, '')
        .toLowerCase()
        .trim();

/** Which criteria a lead meets, implemented independently of the SQL function `fit_of`. */
export function matchingCriteria({ fit }: ScoringRules, facts: FitFacts): boolean[] {
  const budget = facts.budget !== null && facts.budget > 0 ? facts.budget : null;
  return fit.criteria.map(({ field, operator, value }) => {
    if (field === 'BUDGET') {
      if (operator === 'IS_MISSING') return budget === null;
      if (budget === null) return false;
      return operator === 'AT_LEAST' ? budget >= Number(value[0]) : value.map(Number).includes(budget);
    }
    const isLabel = field === 'SOURCE' || field === 'STATUS';
    const key = (one: string | null) => (isLabel ? (one === null ? null : labelKey(one)) : folded(one));
    const given = {
      SOURCE: facts.source,
      COMPANY: facts.company,
      LOCATION: facts.location,
      EMAIL_DOMAIN: facts.email.slice(facts.email.indexOf('@') + 1),
      STATUS: facts.status,
    }[field];
    const own = key(given);
    if (operator === 'IS_MISSING') return own === null || own === '';
    if (own === null) return false;
    if (operator === 'IS_FREE_MAIL') return FREE_MAIL.includes(own);
    const keys = value.map((one) => key(one) ?? '');
    return operator === 'CONTAINS' ? own.includes(keys[0] ?? '') : keys.includes(own);
  });
}

/** The points of the fit criteria, limited to 0 to the cap. */
export function fitPoints(rules: ScoringRules, facts: FitFacts): number {
  const matching = matchingCriteria(rules, facts);
  const sum = rules.fit.criteria.reduce(
    (total, one, index) => total + (matching[index] === true ? one.points : 0),
    0,
  );
  return Math.min(rules.fit.cap, Math.max(0, sum));
}
