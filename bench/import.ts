import { readArguments, USAGE } from './support/import-arguments.js';
import { runBenchmark } from './support/run-benchmark.js';

await runBenchmark(
  USAGE,
  readArguments,
  async () => (await import('./support/import-benchmark.js')).benchImport,
);
