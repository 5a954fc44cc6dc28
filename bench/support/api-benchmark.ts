import 'reflect-metadata';
import type { ApiArguments } from './api-arguments.js';
import { contendersTable, ladderTable } from './api-report.js';
import { makeBenchDatabase } from './bench-database.js';
import { print, say } from './benchmark.js';
import type { CleanUp } from './clean-up.js';
import { TELL_POSTGRAPHILE } from './contenders.js';
import { heading } from './heading.js';
import { measureLadder, prepare } from './ladder.js';
import { measureContenders } from './load.js';

export async function benchApi(args: ApiArguments, cleanUp: CleanUp): Promise<void> {
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
