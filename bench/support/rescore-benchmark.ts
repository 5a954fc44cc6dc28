import 'reflect-metadata';
import { addInteractions, fill } from './bench-data.js';
import { makeBenchDatabase } from './bench-database.js';
import { type Benchmark, print, say } from './benchmark.js';
import type { CleanUp } from './clean-up.js';
import { measureVariants } from './index-variants.js';
import type { RescoreArguments } from './rescore-arguments.js';
import {
  type AllSizes,
  growthTable,
  sizeName,
  targetsTable,
  variantsTable,
  waitsTable,
  waysTable,
  writesTable,
} from './rescore-report.js';
import { heading } from './heading.js';
import { measureInserts } from './inserts.js';
import { measureRefreshes } from './refreshes.js';
import { measureWaits } from './waits.js';
import { type Measured, measureWays, type Size } from './ways.js';

const FEWER_LEADS = 10;
const MORE_INTERACTIONS = 5;

export async function benchRescore(args: RescoreArguments, cleanUp: CleanUp): Promise<void> {
  const { leads, interactions, rounds, url, isOneSize, withIndexes } = args;
  const database = await makeBenchDatabase('rescore', url, cleanUp);
  const benchmark = { database, rounds, cleanUp };
  print(await heading(database, rounds));

  const size = { leads, interactions };
  say(`Making ${sizeName(size)} interactions`);
  await fill(database, leads, interactions);
  const requested = await measured(benchmark, size);
  say('How long others wait');
  print(waitsTable(await measureWaits(benchmark, leads), leads));
  say('How others write, and how scores stay current');
  const throughputs = await measureInserts(benchmark, leads);
  print(writesTable(throughputs, await measureRefreshes(benchmark, leads)));
  if (withIndexes) {
    say('What indexes are worth');
    print(variantsTable(await measureVariants(benchmark, leads)));
  }
  const others = isOneSize ? null : await measureOtherSizes(benchmark, size);
  const all = others === null ? [requested] : [requested, others.fewerLeads, others.moreInteractions];
  print(waysTable(all));
  if (others !== null) print(growthTable({ requested, ...others }));
  print(targetsTable(all));
}

/** More interactions come first, because they are added to the existing ones. */
async function measureOtherSizes(
  benchmark: Benchmark,
  { leads, interactions }: Size,
): Promise<Omit<AllSizes, 'requested'>> {
  const { database } = benchmark;
  const more = { leads, interactions: interactions * MORE_INTERACTIONS };
  say(`Making ${sizeName(more)} interactions`);
  await addInteractions(database, leads, more.interactions - interactions);
  const moreInteractions = await measured(benchmark, more);

  const fewer = { leads: Math.ceil(leads / FEWER_LEADS), interactions };
  say(`Making ${sizeName(fewer)} interactions`);
  await fill(database, fewer.leads, interactions);
  return { fewerLeads: await measured(benchmark, fewer), moreInteractions };
}

function measured(benchmark: Benchmark, size: Size): Promise<Measured> {
  say(`Measuring ${sizeName(size)} interactions`);
  return measureWays(benchmark, size);
}
