import type { Answered } from './arrivals.js';
import { CALCULATING_SESSIONS, type MeasuredReads, type Step } from './load-bench.js';
import type { ProcessUsage } from './self-report.js';
import { ratio, table, whole } from './table.js';

/** The codes of limits that worked as intended. */
const LIMITS: ReadonlySet<string | null> = new Set(['RECALCULATION_RUNNING', 'RATE_LIMITED']);

/** The maximum target for p99 of reads, as a multiple of p50. */
const MOST = 5;

/** Returns the quantile for a share of the values. */
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

export function stepsTable(steps: readonly Step[]): string {
  return table(
    [
      'sent (requests/s)',
      'answered/s',
      'reads p50 (ms)',
      'p95',
      'p99',
      'writes p50 (ms)',
      'p95',
      'p99',
      'recalculations',
      'rejected by limits',
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

/** Returns the seconds until the last response, which is longer than the step if the server falls behind. */
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

export function readsTable(reads: MeasuredReads, leads: number): string {
  const row = (name: string, answers: readonly Answered[]): string[] => {
    const times = timesOf(answers, 'read');
    return [
      name,
      whole(times.length),
      ...quantiles(times),
      ratio(quantile(times, 0.99) / quantile(times, 0.5)),
      errorsOf(answers),
    ];
  };
  return table(
    [
      `reads, ${whole(reads.rate)} a second`,
      'answered',
      'p50 (ms)',
      'p95',
      'p99',
      `p99 / p50, to be under ${MOST}`,
      'errors',
    ],
    [
      row('alone', reads.alone),
      row(
        `beside ${reads.recalculations} recalculations of ${whole(leads)} leads`,
        reads.besideRecalculations,
      ),
      row(`beside ${CALCULATING_SESSIONS} sessions that only calculate`, reads.besideCalculating),
    ],
  );
}

/** The last step repeats the first rate: the memory usage should then be the same again. */
export function usageTable(steps: readonly Step[]): string {
  const megabytes = (value: number) => (value / 2 ** 20).toFixed(1);
  return table(
    [
      'sent (requests/s)',
      'resident memory, median (MB)',
      'most',
      'heap, median (MB)',
      'external, median (MB)',
      'handles, median',
      'last',
    ],
    steps.map(({ rate, usage }) => {
      const of = (key: keyof ProcessUsage) => usage.map((values) => values[key]);
      const handles = of('handles');
      return [
        whole(rate),
        megabytes(quantile(of('rss'), 0.5)),
        megabytes(Math.max(...of('rss'))),
        megabytes(quantile(of('heapUsed'), 0.5)),
        megabytes(quantile(of('external'), 0.5)),
        whole(quantile(handles, 0.5)),
        whole(handles.at(-1) ?? NaN),
      ];
    }),
  );
}
