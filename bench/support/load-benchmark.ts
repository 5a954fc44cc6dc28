import 'reflect-metadata';
import { makeBenchDatabase } from './bench-database.js';
import { print, say } from './benchmark.js';
import type { CleanUp } from './clean-up.js';
import { machine } from './heading.js';
import { prepare } from './ladder.js';
import type { LoadArguments } from './load-arguments.js';
import { readsTable, stepsTable, usageTable } from './load-report.js';
import { LoadBench } from './load-bench.js';

export async function benchLoad(args: LoadArguments, cleanUp: CleanUp): Promise<void> {
  const { leads, interactions, url } = args;
  const database = await makeBenchDatabase('load', url, cleanUp);
  print(await machine(database));

  say(`Making ${leads} leads`);
  await prepare({ database, cleanUp }, leads, interactions);
  // Autovacuum is part of normal operation.
  await database.client.query('ALTER TABLE leads RESET (autovacuum_enabled)');
  await database.client.query('ALTER TABLE interactions RESET (autovacuum_enabled)');
  const bench = await LoadBench.start({ database, cleanUp }, args);
  print(readsTable(await bench.measureReads(args.rounds), leads));
  const steps = await bench.measureDay();
  await bench.stop();
  print(stepsTable(steps));
  print(usageTable(steps));
}
