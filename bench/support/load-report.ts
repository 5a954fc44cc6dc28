import type { Answered } from './arrivals.js';
import type { MeasuredLoad, Step } from './load-steps.js';
import type { ProcessUsage } from './self-report.js';
import { ratio, table, whole } from './table.js';

/** Codes of limits that did their work. */
const LIMITS: ReadonlySet<string | null> = new Set(['RECALCULATION_RUNNING', 'RATE_LIMITED']);

/** What p99 of reads is to stay below, in times p50. */
const MOST = 5;

/** The value that so large a share is not above. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

const timesOf = (answers: readonly Answered[], kind: Answered['kind']): number[] =>
  answers
    .filter((answer) => answer.kind === kind && answer.code === null)
    .map(({ milliseconds }) => milliseconds);

const ms = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(1));

const quantiles = (times: readonly number[]): string[] =>
  [0.5, 0.95, 0.99].map((share) => ms(quantile(times, share)));

export function stepsTable({ steps }: MeasuredLoad): string {
  return table(
    [
      'asked (requests/s)',
      'answered/s',
      'reads p50 (ms)',
      'p95',
      'p99',
      'writes p50 (ms)',
      'p95',
      'p99',
      'recalculations',
      'refused by limits',
      'errors',
    ],
    steps.map(({ rate, seconds, answers }) => [
      whole(rate),
      (answers.length / longest(seconds, answers)).toFixed(1),
      ...quantiles(timesOf(answers, 'read')),
      ...quantiles(timesOf(answers, 'write')),
      whole(timesOf(answers, 'recalculation').length),
      whole(answers.filter(({ code }) => LIMITS.has(code)).length),
      errorsOf(answers),
    ]),
  );
}

/** Until the last answer was there, in seconds: whoever falls behind takes longer than the step. */
const longest = (seconds: number, answers: readonly Answered[]): number =>
  Math.max(
    seconds,
    ...answers.filter(({ kind }) => kind !== 'recalculation').map(({ milliseconds }) => milliseconds / 1000),
  );

function errorsOf(answers: readonly Answered[]): string {
  const counts = new Map<string, number>();
  for (const { code } of answers) {
    if (code !== null && !LIMITS.has(code)) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return counts.size === 0 ? '0' : [...counts].map(([code, count]) => `${count} ${code}`).join(', ');
}

export function besideTable({ alone, beside, recalculations }: MeasuredLoad, leads: number): string {
  const row = (name: string, { answers }: Step): string[] => {
    const times = timesOf(answers, 'read');
    const p50 = quantile(times, 0.5);
    const p99 = quantile(times, 0.99);
    return [
      name,
      whole(times.length),
      ms(p50),
      ms(quantile(times, 0.95)),
      ms(p99),
      ratio(p99 / p50),
      errorsOf(answers),
    ];
  };
  return table(
    [
      `reads, ${whole(alone.rate)} a second`,
      'answered',
      'p50 (ms)',
      'p95',
      'p99',
      `p99 / p50, to be under ${MOST}`,
      'errors',
    ],
    [row('alone', alone), row(`beside ${recalculations} recalculations of ${whole(leads)} leads`, beside)],
  );
}

/** Of the steps: flat is what grows by nothing that the run could not have used for itself. */
export function usageTable({ usage }: MeasuredLoad): string {
  const megabytes = (value: number) => (value / 2 ** 20).toFixed(1);
  const row = (
    name: string,
    of: (usage: ProcessUsage) => number,
    show: (value: number) => string,
  ): string[] => {
    const values = usage.map(of);
    return [
      name,
      show(values[0] ?? NaN),
      show(quantile(values, 0.5)),
      show(Math.max(...values)),
      show(values.at(-1) ?? NaN),
      show(slopeAMinute(values.slice(Math.floor(values.length / 2)))),
    ];
  };
  return table(
    ['the server uses', 'first', 'median', 'most', 'last', 'a minute, in the second half'],
    [
      row('resident memory (MB)', ({ rss }) => rss, megabytes),
      row('heap (MB)', ({ heapUsed }) => heapUsed, megabytes),
      row('external memory (MB)', ({ external }) => external, megabytes),
      row(
        'handles',
        ({ handles }) => handles,
        (value) => value.toFixed(1),
      ),
    ],
  );
}

/** Of the straight line through values that are a second apart, by least squares. */
export function slopeAMinute(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let above = 0;
  let below = 0;
  values.forEach((value, second) => {
    above += (second - middle) * (value - mean);
    below += (second - middle) ** 2;
  });
  return below === 0 ? 0 : (above / below) * 60;
}
