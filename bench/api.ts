import 'reflect-metadata';
import { type ApiArguments, readArguments, USAGE } from './support/api-arguments.js';
import { contendersTable, ladderTable } from './support/api-report.js';
import { makeBenchDatabase } from './support/bench-database.js';
import { say } from './support/benchmark.js';
import type { CleanUp } from './support/clean-up.js';
import { TELL_POSTGRAPHILE } from './support/contenders.js';
import { heading } from './support/heading.js';
import { measureLadder, prepare } from './support/ladder.js';
import { measureContenders } from './support/load.js';
import { print, runBenchmark } from './support/run-benchmark.js';

async function run(args: ApiArguments, cleanUp: CleanUp): Promise<void> {
  const { leads, interactions, rounds, seconds, ladder, url } = args;
  const database = await makeBenchDatabase('api', url, cleanUp);
  const benchmark = { database, rounds, cleanUp };
  print(await heading(database, rounds));

  say(`Making ${leads} leads`);
  await prepare(benchmark, leads, interactions);
  await database.client.query(TELL_POSTGRAPHILE);
  print(contendersTable(await measureContenders(benchmark, seconds)));
  print(ladderTable(await measureLadder(benchmark, ladder, interactions)));
}

await runBenchmark(USAGE, readArguments, run);
