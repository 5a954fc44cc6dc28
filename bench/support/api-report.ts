import { median } from './benchmark.js';
import { BASELINE } from './contenders.js';
import { DEPTHS, type MeasuredList } from './ladder.js';
import type { MeasuredContender, Turn } from './load.js';
import { ratio, table, whole } from './table.js';

const UNKNOWN = 'n/a';

/** Returns a table of the servers with their medians. */
export function contendersTable(measured: readonly MeasuredContender[]): string {
  const of = ({ turns }: MeasuredContender, value: (turn: Turn) => number) => median(turns.map(value));
  const rateOf = (one: MeasuredContender) => of(one, ({ requestsPerSecond }) => requestsPerSecond);
  const baseline = measured.find(({ name }) => name === BASELINE);
  return table(
    [
      'server',
      'requests/s',
      'lowest – highest',
      `to ${BASELINE}`,
      'p50 (ms)',
      'p99 (ms)',
      'CPU (ms/request)',
    ],
    measured.map((one) => {
      const rates = one.turns.map(({ requestsPerSecond }) => requestsPerSecond);
      const cpu = of(one, (turn) => turn.cpu ?? NaN);
      return [
        one.name,
        whole(rateOf(one)),
        `${whole(Math.min(...rates))} – ${whole(Math.max(...rates))}`,
        baseline === undefined ? UNKNOWN : ratio(rateOf(one) / rateOf(baseline)),
        whole(of(one, ({ p50 }) => p50)),
        whole(of(one, ({ p99 }) => p99)),
        Number.isNaN(cpu) ? UNKNOWN : ratio(cpu),
      ];
    }),
  );
}

/** Returns a table of the lists with the median duration of a page, by its depth. */
export function ladderTable(measured: readonly MeasuredList[]): string {
  return table(
    ['a page of 20 (ms)', 'leads', ...DEPTHS.map((depth) => `page ${whole(depth)}`)],
    measured.map(({ name, leads, pages }) => [
      name,
      whole(leads),
      ...pages.map((times) => (times === null ? '–' : median(times).toFixed(1))),
    ]),
  );
}
