import { readArguments, USAGE } from './support/api-arguments.js';
import { runBenchmark } from './support/run-benchmark.js';

await runBenchmark(USAGE, readArguments, async () => (await import('./support/api-benchmark.js')).benchApi);
