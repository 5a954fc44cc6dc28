import { runBenchmark } from './support/run-benchmark.js';
import { readArguments, USAGE } from './support/score-quality-arguments.js';

await runBenchmark(
  USAGE,
  readArguments,
  async () => (await import('./support/score-quality-benchmark.js')).benchScoreQuality,
);
