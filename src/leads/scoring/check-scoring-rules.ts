import { z } from 'zod';
import type { InputProblem } from '../../common/domain-error.js';
import { labelKey } from '../../common/label-key.js';
import { isBlank } from '../../common/visible-text.js';
import {
  FIT_FIELDS,
  FIT_OPERATORS,
  type FitCriterion,
  type FitField,
  type FitOperator,
  type ScoringRules,
} from './scoring-rules.js';

/** The maximum number of fit criteria: one bit for each fits into `leads."fitMatches"`. */
const MAX_CRITERIA = 50;
const MAX_STATUSES = 100;
const MAX_VALUES = 200;

const between = (min: number, max: number) => {
  const rule = `must be a number from ${min} to ${max}`;
  return z.number(rule).min(min, rule).max(max, rule);
};
const whole = (min: number, max: number) => {
  const rule = `must be a whole number from ${min} to ${max}`;
  return z.number(rule).int(rule).min(min, rule).max(max, rule);
};
const cap = whole(0, 100);
const halfLifeDays = between(0.1, 3650);

/** Whether PostgreSQL can store a text in JSON. */
export const isStorable = (value: string): boolean => !value.includes('\0') && value.isWellFormed();

const NOT_STORABLE = 'must be valid Unicode without NUL';

const text = z
  .string('must be a text')
  .refine(isStorable, NOT_STORABLE)
  .trim()
  .refine((value) => !isBlank(value), 'must not be empty')
  .max(200, 'must have at most 200 characters');

/** Accepts one value or several, as texts or numbers. */
const values = z
  .union([z.string(), z.number(), z.array(z.union([z.string(), z.number()])), z.null()], {
    error: 'must be a text, a number, or a list of these',
  })
  .optional()
  .transform((value) => (value == null ? [] : [value].flat().map((one) => String(one).trim())));

const OPERATORS_OF: Readonly<Record<FitField, readonly FitOperator[]>> = {
  SOURCE: ['EQUALS', 'IN', 'CONTAINS', 'IS_MISSING'],
  COMPANY: ['EQUALS', 'IN', 'CONTAINS', 'IS_MISSING'],
  LOCATION: ['EQUALS', 'IN', 'CONTAINS', 'IS_MISSING'],
  EMAIL_DOMAIN: ['EQUALS', 'IN', 'CONTAINS', 'IS_MISSING', 'IS_FREE_MAIL'],
  STATUS: ['EQUALS', 'IN', 'CONTAINS', 'IS_MISSING'],
  BUDGET: ['EQUALS', 'IN', 'AT_LEAST', 'IS_MISSING'],
};

const DECIMAL = /^-?\d{1,15}(?:\.\d{1,4})?$/;

/** Returns why the values do not suit the operator; null: they do. */
function valueProblem({ field, operator, value }: Omit<FitCriterion, 'points'>): string | null {
  if (operator === 'IS_FREE_MAIL' || operator === 'IS_MISSING') {
    return value.length > 0 ? `must be absent for ${operator}` : null;
  }
  if (value.length === 0) return 'is required';
  if (operator !== 'IN' && value.length > 1) return `must be a single value for ${operator}`;
  if (value.length > MAX_VALUES) return `must have at most ${MAX_VALUES} values`;
  if (field === 'BUDGET' && !value.every((one) => DECIMAL.test(one))) {
    return 'must be a number with at most 4 decimals, such as 50000';
  }
  if (!value.every(isStorable)) return NOT_STORABLE;
  if (value.some((one) => isBlank(one) || one.length > 200)) {
    return 'must have 1 to 200 characters per value, not all of them invisible';
  }
  return field === 'EMAIL_DOMAIN' && value.some((one) => one.includes('@'))
    ? 'must be a domain without @, such as example.com'
    : null;
}

const criterion = z
  .strictObject({
    field: z.enum(FIT_FIELDS, `must be one of ${FIT_FIELDS.join(', ')}`),
    operator: z.enum(FIT_OPERATORS, `must be one of ${FIT_OPERATORS.join(', ')}`),
    value: values,
    points: whole(-20, 20),
  })
  .superRefine((one, context) => {
    const operators = OPERATORS_OF[one.field];
    if (!operators.includes(one.operator)) {
      const message = `must be one of ${operators.join(', ')} for ${one.field}`;
      context.addIssue({ code: 'custom', path: ['operator'], message });
      return;
    }
    const message = valueProblem(one);
    if (message !== null) context.addIssue({ code: 'custom', path: ['value'], message });
  });

const status = z
  .strictObject({
    cap,
    points: z
      .array(z.strictObject({ status: text.transform(labelKey), points: between(0, 100) }))
      .max(MAX_STATUSES, `must have at most ${MAX_STATUSES} statuses`),
    otherwise: between(0, 100),
  })
  .superRefine(({ cap: limit, points, otherwise }, context) => {
    const tooMany = `must be at most the cap of the status factor, ${limit}`;
    if (otherwise > limit) context.addIssue({ code: 'custom', path: ['otherwise'], message: tooMany });
    const known = new Set<string>();
    for (const [index, one] of points.entries()) {
      if (known.has(one.status)) {
        const message = `"${one.status}" is listed twice`;
        context.addIssue({ code: 'custom', path: ['points', index, 'status'], message });
      }
      known.add(one.status);
      if (one.points > limit) {
        context.addIssue({ code: 'custom', path: ['points', index, 'points'], message: tooMany });
      }
    }
  });

/** A smaller weight would make no difference, and PostgreSQL reports an underflow as an error. */
const weight = z
  .number('must be 0 or a number from 0.001 to 1000')
  .refine(
    (value) => value === 0 || (value >= 0.001 && value <= 1000),
    'must be 0 or a number from 0.001 to 1000',
  );

const schema = z
  .strictObject({
    recency: z.strictObject({ cap, halfLifeDays, horizonDays: whole(0, 365) }),
    engagement: z.strictObject({
      cap,
      halfLifeDays,
      halfCapPoints: between(0.01, 1_000_000),
      weights: z.strictObject({ meeting: weight, call: weight, email: weight, outboundEmail: weight }),
    }),
    budget: z.strictObject({ cap, halfCapBudget: between(0.01, 1e12) }),
    status,
    fit: z.strictObject({
      cap,
      criteria: z.array(criterion).max(MAX_CRITERIA, `must have at most ${MAX_CRITERIA} criteria`),
    }),
    lostScoresZero: z.boolean('must be true or false'),
    bands: z
      .strictObject({ hot: whole(1, 100), warm: whole(1, 100) })
      .refine(({ hot, warm }) => hot > warm, { path: ['hot'], error: 'must be above warm' }),
  })
  .superRefine((rules, context) => {
    const sum = capSum(rules);
    if (sum !== 100) {
      const message = `the caps of the five factors must add up to 100, but add up to ${sum}`;
      context.addIssue({ code: 'custom', path: [], message });
    }
  });

const capSum = (rules: Pick<ScoringRules, 'recency' | 'engagement' | 'budget' | 'status' | 'fit'>): number =>
  [rules.recency, rules.engagement, rules.budget, rules.status, rules.fit].reduce(
    (sum, factor) => sum + factor.cap,
    0,
  );

/** Checks rules as a whole. Returns them in the form in which they are stored, or all problems. */
export function checkScoringRules(
  input: unknown,
): { readonly rules: ScoringRules } | { readonly problems: readonly InputProblem[] } {
  const checked = schema.safeParse(input);
  if (checked.success) return { rules: checked.data };
  return {
    problems: checked.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({
            path: pathOf([...issue.path, key]),
            message: 'is not a known parameter',
          }))
        : [{ path: pathOf(issue.path), message: messageOf(issue) }],
    ),
  };
}

type Issue = Pick<z.core.$ZodIssue, 'code' | 'message' | 'path'>;

const messageOf = ({ code, message, path }: Issue): string => {
  if (code !== 'invalid_type' || !message.startsWith('Invalid input')) return message;
  return path.length === 0 ? 'must be an object' : 'is required';
};

const pathOf = (path: readonly PropertyKey[]): string =>
  path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');
