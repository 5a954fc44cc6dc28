import { readArguments, USAGE } from './support/load-arguments.js';
import { runBenchmark } from './support/run-benchmark.js';

await runBenchmark(USAGE, readArguments, async () => (await import('./support/load-benchmark.js')).benchLoad);
