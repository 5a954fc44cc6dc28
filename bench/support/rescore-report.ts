import { median } from './benchmark.js';
import type { MeasuredVariant } from './index-variants.js';
import { ORM_SAMPLE } from './orm-loop.js';
import { megabytes, ratio, seconds, table, whole } from './table.js';
import { AT_ONCE } from './inserts.js';
import type { Refreshes } from './refreshes.js';
import type { Waits } from './waits.js';
import { type Measured, type ServerMemory, type Size, type Way, WAYS } from './ways.js';

/** The targets. */
const MOST_TO_STATEMENT = 0.6;
const MOST_TO_FLOOR = 2;
const MOST_TO_FLOOR_IF_CHANGED = 3.5;
const MOST_SELECTING_MS = 50;
const MOST_REFRESHING_MS = 1_000;
const LEAST_TO_ORM = 30;
const MOST_MEMORY_BYTES = 40 * 2 ** 20;

const MS_A_SECOND = 1000;
const UNKNOWN = 'n/a';

/** The requested size, and those that show the growth of the time. */
export interface AllSizes {
  readonly requested: Measured;
  readonly fewerLeads: Measured;
  readonly moreInteractions: Measured;
}

const nameOf: Readonly<Record<Way, (size: Size) => string>> = {
  statement: () => 'one plain statement',
  mutation: () => 'recalculateAllScores',
  changes: () => 'recalculateAllScores, every score changes',
  orm: ({ leads }) => `the ORM, lead by lead (from ${Math.min(ORM_SAMPLE, leads)} leads)`,
  floor: () => 'an UPDATE of every row (floor)',
};

export const sizeName = ({ leads, interactions }: Size): string => `${whole(leads)} × ${whole(interactions)}`;

export function waysTable(all: readonly Measured[]): string {
  const head = ['leads × interactions', 'way', 'seconds', 'lowest – highest', 'leads/s'];
  return table(
    [...head, 'to the statement', 'to the floor', 'Node: idle → peak'],
    all.flatMap((measured) => WAYS.map((way) => wayRow(measured, way))),
  );
}

function wayRow({ size, times, memory }: Measured, way: Way): string[] {
  const time = median(times[way]);
  return [
    sizeName(size),
    nameOf[way](size),
    seconds(time),
    `${seconds(Math.min(...times[way]))} – ${seconds(Math.max(...times[way]))}`,
    whole((size.leads / time) * MS_A_SECOND),
    ratio(time / median(times.statement)),
    ratio(time / median(times.floor)),
    way === 'mutation' ? memoryCell(memory) : '',
  ];
}

function memoryCell(memory: ServerMemory | null): string {
  if (memory === null) return UNKNOWN;
  return `${megabytes(memory.idle)} → ${megabytes(memory.peak)} (at most ${megabytes(memory.added)} more)`;
}

/** Returns a table of how the time of each way grows with the data. */
export function growthTable({ requested, fewerLeads, moreInteractions }: AllSizes): string {
  const leads = requested.size.leads / fewerLeads.size.leads;
  const interactions = moreInteractions.size.interactions / requested.size.interactions;
  const growth = (way: Way, from: Measured, to: Measured) => median(to.times[way]) / median(from.times[way]);
  return table(
    ['time grows', `${ratio(leads)} times the leads`, `${ratio(interactions)} times the interactions`],
    WAYS.map((way) => [
      nameOf[way](requested.size),
      `${ratio(growth(way, fewerLeads, requested))} times`,
      `${ratio(growth(way, requested, moreInteractions))} times`,
    ]),
  );
}

/** Returns a table of the targets, and whether they are reached. */
export function targetsTable(all: readonly Measured[]): string {
  const verdict = (text: string, isReached: boolean) => `${text}${isReached ? '' : ' (missed)'}`;
  const toFloor =
    (way: Way) =>
    ({ times }: Measured) =>
      median(times[way]) / median(times.floor);
  const toStatement = ({ times }: Measured) => median(times.mutation) / median(times.statement);
  const toOrm = ({ times }: Measured) => median(times.orm) / median(times.mutation);
  const memory = ({ memory }: Measured) =>
    memory === null ? UNKNOWN : verdict(megabytes(memory.added), memory.added <= MOST_MEMORY_BYTES);
  return table(
    ['recalculateAllScores', ...all.map(({ size }) => sizeName(size))],
    [
      [
        `to the statement, at most ${ratio(MOST_TO_STATEMENT)}`,
        ...all.map((one) => verdict(ratio(toStatement(one)), toStatement(one) <= MOST_TO_STATEMENT)),
      ],
      [
        `to the floor, at most ${ratio(MOST_TO_FLOOR)}`,
        ...all.map((one) =>
          verdict(ratio(toFloor('mutation')(one)), toFloor('mutation')(one) <= MOST_TO_FLOOR),
        ),
      ],
      [
        `to the floor if every score changes, at most ${ratio(MOST_TO_FLOOR_IF_CHANGED)}`,
        ...all.map((one) =>
          verdict(ratio(toFloor('changes')(one)), toFloor('changes')(one) <= MOST_TO_FLOOR_IF_CHANGED),
        ),
      ],
      [
        `times as fast as the ORM, at least ${LEAST_TO_ORM}`,
        ...all.map((one) => verdict(whole(toOrm(one)), toOrm(one) >= LEAST_TO_ORM)),
      ],
      [`memory above idle, at most ${megabytes(MOST_MEMORY_BYTES)}`, ...all.map(memory)],
    ],
  );
}

export function waitsTable({ alone, beside, durations }: Waits, leads: number): string {
  const row = (name: string, rounds: readonly (readonly number[])[]) => {
    const longest = rounds.map((waits) => waits.reduce((most, wait) => Math.max(most, wait), 0));
    const all = rounds.flat();
    return [
      name,
      whole(Math.max(...longest)),
      whole(median(longest)),
      median(all).toFixed(2),
      whole(all.length),
    ];
  };
  const recalculation = `a recalculation of ${whole(leads)} leads (${seconds(median(durations))} s)`;
  return table(
    ['one who changes leads waits', 'longest (ms)', 'longest of a round (ms)', 'usually (ms)', 'changes'],
    [row('alone, for as long', alone), row(`beside ${recalculation}`, beside)],
  );
}

export function writesTable(
  throughputs: readonly number[],
  { selecting, refreshing, refreshedCount }: Refreshes,
): string {
  const range = (values: readonly number[], digits: number) =>
    `${Math.min(...values).toFixed(digits)} – ${Math.max(...values).toFixed(digits)}`;
  const row = (name: string, values: readonly number[], digits: number) => [
    name,
    median(values).toFixed(digits),
    range(values, digits),
  ];
  return table(
    ['what', 'median', 'lowest – highest'],
    [
      row(`createInteraction, ${AT_ONCE} at once (a second)`, throughputs, 0),
      row(`finding out that no score is stale (ms; at most ${MOST_SELECTING_MS})`, selecting, 1),
      row(
        `refreshing the ${whole(refreshedCount)} scores of a minute (ms; at most ${whole(MOST_REFRESHING_MS)})`,
        refreshing,
        0,
      ),
    ],
  );
}

export function variantsTable(variants: readonly MeasuredVariant[]): string {
  const base = median(variants[0]?.times ?? []);
  return table(
    ['recalculateAllScores', 'seconds', 'lowest – highest', 'ratio', 'leads on disk', 'interactions on disk'],
    variants.map(({ name, times, leadsSize, interactionsSize }) => [
      name,
      seconds(median(times)),
      `${seconds(Math.min(...times))} – ${seconds(Math.max(...times))}`,
      ratio(median(times) / base),
      megabytes(leadsSize),
      megabytes(interactionsSize),
    ]),
  );
}
