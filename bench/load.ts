import 'reflect-metadata';
import { makeBenchDatabase } from './support/bench-database.js';
import { say } from './support/benchmark.js';
import type { CleanUp } from './support/clean-up.js';
import { machine } from './support/heading.js';
import { prepare } from './support/ladder.js';
import { type LoadArguments, readArguments, USAGE } from './support/load-arguments.js';
import { readsTable, stepsTable, usageTable } from './support/load-report.js';
import { LoadBench } from './support/load-bench.js';
import { print, runBenchmark } from './support/run-benchmark.js';

async function run(args: LoadArguments, cleanUp: CleanUp): Promise<void> {
  const { leads, interactions, url } = args;
  const database = await makeBenchDatabase('load', url, cleanUp);
  print(await machine(database));

  say(`Making ${leads} leads`);
  await prepare({ database, cleanUp }, leads, interactions);
  // It is a part of every day.
  await database.client.query('ALTER TABLE leads RESET (autovacuum_enabled)');
  await database.client.query('ALTER TABLE interactions RESET (autovacuum_enabled)');
  const bench = await LoadBench.start({ database, cleanUp }, args);
  print(readsTable(await bench.measureReads(args.rounds), leads));
  const steps = await bench.measureDay();
  await bench.stop();
  print(stepsTable(steps));
  print(usageTable(steps));
}

await runBenchmark(USAGE, readArguments, run);
