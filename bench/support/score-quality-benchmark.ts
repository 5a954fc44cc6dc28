import 'reflect-metadata';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DedicatedConnections } from '../../src/database/dedicated-connections.js';
import { RULES_OF_VERSION_1 } from '../../src/leads/scoring/scoring-rules.js';
import type { ScoreQualityReport } from '../../src/score-quality/score-quality.js';
import { ScoreQualityService } from '../../src/score-quality/score-quality.service.js';
import { makeBenchDatabase } from './bench-database.js';
import { median, print, say } from './benchmark.js';
import type { CleanUp } from './clean-up.js';
import { heading } from './heading.js';
import { fillWithHistory } from './history-data.js';
import { measurePreviews, type Previews } from './rules-previews.js';
import type { ScoreQualityArguments } from './score-quality-arguments.js';
import { megabytes, seconds, table, whole } from './table.js';

const OPTIONS = { horizonDays: 90, landmarkEvery: 7, rules: RULES_OF_VERSION_1 };

/** A share of the leads. The memory in use then is compared with that at the end. */
const EARLY = 0.1;

interface Round {
  readonly report: ScoreQualityReport;
  readonly milliseconds: number;
  readonly cpuMs: number;
  /** Bytes that the process used after a tenth of the leads, and at most. */
  readonly earlyMemory: number;
  readonly peakMemory: number;
  /** Milliseconds by which events were delayed. */
  readonly delayP99: number;
  readonly delayMax: number;
}

export async function benchScoreQuality(args: ScoreQualityArguments, cleanUp: CleanUp): Promise<void> {
  const { leads, interactions, rounds, url } = args;
  const database = await makeBenchDatabase('score_quality', url, cleanUp);
  print(await heading(database, rounds));
  say(`Making ${leads} leads with ${interactions} interactions each`);
  await fillWithHistory(database, leads, interactions);
  const service = new ScoreQualityService(new DedicatedConnections(database.url));
  const measured: Round[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    say(`Round ${round}`);
    measured.push(await measure(service));
  }
  print(roundsTable(measured));
  print(previewsTable(await measurePreviews(database, rounds)));
}

async function measure(service: ScoreQualityService): Promise<Round> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let [earlyMemory, peakMemory] = [0, 0];
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  delay.enable();
  const report = await service.evaluate(OPTIONS, {
    onProgress: (doneCount, totalCount) => {
      const { rss } = process.memoryUsage();
      if (doneCount <= EARLY * totalCount) earlyMemory = Math.max(earlyMemory, rss);
      peakMemory = Math.max(peakMemory, rss);
    },
  });
  delay.disable();
  const milliseconds = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  return {
    report,
    milliseconds,
    cpuMs: (user + system) / 1000,
    earlyMemory,
    peakMemory,
    delayP99: delay.percentile(99) / 1e6,
    delayMax: delay.max / 1e6,
  };
}

function roundsTable(rounds: readonly Round[]): string {
  const of = (value: (round: Round) => number) => median(rounds.map(value));
  const [first] = rounds;
  return table(
    ['backtest', 'value'],
    [
      ['leads observed', whole(first?.report.leads ?? NaN)],
      ['landmarks', whole(first?.report.landmarks ?? NaN)],
      ['pairs of a lead and a landmark', whole(first?.report.pairs ?? NaN)],
      ['duration (s)', seconds(of(({ milliseconds }) => milliseconds))],
      ['longest duration (s)', seconds(Math.max(...rounds.map(({ milliseconds }) => milliseconds)))],
      ['CPU of Node.js (s)', seconds(of(({ cpuMs }) => cpuMs))],
      ['memory after a tenth of the leads', megabytes(of(({ earlyMemory }) => earlyMemory))],
      ['largest memory', megabytes(Math.max(...rounds.map(({ peakMemory }) => peakMemory)))],
      ['delay of other events, 99th percentile (ms)', of(({ delayP99 }) => delayP99).toFixed(1)],
      ['longest delay (ms)', Math.max(...rounds.map(({ delayMax }) => delayMax)).toFixed(1)],
    ],
  );
}

function previewsTable(previews: Previews): string {
  const row = (name: string, times: readonly number[]): [string, string, string] => [
    name,
    seconds(median(times)),
    seconds(Math.max(...times)),
  ];
  return table(
    ['preview', 'median (s)', 'longest (s)'],
    [
      row('other caps', previews.otherCaps),
      row('other caps, with backtests of 2,000 leads', previews.otherCapsWithBacktest),
      row('four fit criteria', previews.withFit),
      row('four fit criteria, with backtests of 2,000 leads', previews.withFitAndBacktest),
    ],
  );
}
