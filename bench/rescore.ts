import 'reflect-metadata';
import { reportFailure } from '../src/cli/report-failure.js';
import { addInteractions, fill } from './support/bench-data.js';
import { makeBenchDatabase } from './support/bench-database.js';
import { type Benchmark, say } from './support/benchmark.js';
import { CleanUp } from './support/clean-up.js';
import { measureVariants } from './support/index-variants.js';
import { readArguments, type RescoreArguments, USAGE } from './support/rescore-arguments.js';
import {
  type AllSizes,
  growthTable,
  heading,
  sizeName,
  targetsTable,
  variantsTable,
  waitsTable,
  waysTable,
} from './support/rescore-report.js';
import { measureWaits } from './support/waits.js';
import { type Measured, measureWays, type Size } from './support/ways.js';

const WRONG_USAGE = 2;

const FEWER_LEADS = 10;
const MORE_INTERACTIONS = 5;

/** Each table is printed as soon as it is known: a run takes long, and something may end it. */
const print = (text: string): void => {
  process.stdout.write(`${text}\n\n`);
};

async function run(args: RescoreArguments, cleanUp: CleanUp): Promise<void> {
  const { leads, interactions, rounds, url, isOneSize, withIndexes } = args;
  const database = await makeBenchDatabase(url, cleanUp);
  const benchmark = { database, rounds, cleanUp };
  print(await heading(database, rounds));

  const size = { leads, interactions };
  say(`Making ${sizeName(size)} interactions`);
  await fill(database, leads, interactions);
  const asked = await measured(benchmark, size);
  say('How long others wait');
  print(waitsTable(await measureWaits(benchmark, leads), leads));
  if (withIndexes) {
    say('What indexes are worth');
    print(variantsTable(await measureVariants(benchmark, leads)));
  }
  const others = isOneSize ? null : await measureOtherSizes(benchmark, size);
  const all = others === null ? [asked] : [asked, others.fewerLeads, others.moreInteractions];
  print(waysTable(all));
  if (others !== null) print(growthTable({ asked, ...others }));
  print(targetsTable(all));
}

/** More interactions come first: they are added to what is there. */
async function measureOtherSizes(
  benchmark: Benchmark,
  { leads, interactions }: Size,
): Promise<Omit<AllSizes, 'asked'>> {
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

/** @returns the exit code */
async function runAndCleanUp(args: RescoreArguments): Promise<number> {
  const cleanUp = new CleanUp();
  cleanUp.runOnSignals();
  try {
    await run(args, cleanUp);
    return 0;
  } catch (error) {
    return cleanUp.isInterrupted ? 1 : reportFailure(error);
  } finally {
    await cleanUp.run();
  }
}

/** Null: the usage is wrong, which is said. */
function readRequest(): RescoreArguments | 'help' | null {
  try {
    return readArguments(process.argv.slice(2)) ?? 'help';
  } catch (error) {
    reportFailure(error);
    return null;
  }
}

const request = readRequest();
if (request === null) process.exitCode = WRONG_USAGE;
else if (request === 'help') process.stdout.write(USAGE);
else process.exitCode = await runAndCleanUp(request);
