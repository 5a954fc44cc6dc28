import { readArguments, USAGE } from './support/rescore-arguments.js';
import { runBenchmark } from './support/run-benchmark.js';

await runBenchmark(
  USAGE,
  readArguments,
  async () => (await import('./support/rescore-benchmark.js')).benchRescore,
);
