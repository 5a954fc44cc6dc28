import { readFile } from 'node:fs/promises';
import { DomainError } from '../common/domain-error.js';
import { fileProblem } from '../common/file-problem.js';
import { OperatorError } from '../common/operator-error.js';
import { RecalculationAbortedError } from '../recalculation/recalculation-execution.js';
import {
  DEFAULT_SAMPLE,
  type QualityPreview,
  type RulesPreview,
  RulesPreviewService,
} from '../scoring-rules/rules-preview.service.js';
import type { Interval } from '../score-quality/ranking.js';
import type { ScoreQualityFigures, ScoreQualityReport } from '../score-quality/score-quality.js';
import { ScoreEvaluationsModule } from '../score-evaluations/score-evaluations.module.js';
import { ScoreEvaluationsService } from '../score-evaluations/score-evaluations.service.js';
import { ScoringRulesService } from '../scoring-rules/scoring-rules.service.js';
import { interruption } from './interruption.js';
import { operatorName } from './operator.js';
import { counted, printUnnamed, reportFailure, wholeNumber } from './printing.js';
import { RecalculationPrinter } from './recalculation-progress.js';
import { createProgressDisplay } from './progress-display.js';
import { runCommand } from './run-command.js';
import { withFeature } from './with-feature.js';

export type RulesCommand =
  | { readonly kind: 'export'; readonly version: number | null }
  | { readonly kind: 'preview'; readonly file: string }
  | { readonly kind: 'publish'; readonly file: string; readonly note: string }
  | {
      readonly kind: 'evaluate';
      /** Null: the rules in force. */
      readonly rulesId: number | null;
      readonly horizonDays: number;
      readonly landmarkEvery: number;
      readonly isJson: boolean;
    };

const DONE = 0;
const SOME_FAILED = 1;
const NOTHING_DONE = 2;

/** @throws OperatorError if the file cannot be read or is not JSON */
async function readRules(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new OperatorError(`${file}: ${fileProblem(error)}.`);
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new OperatorError(`${file} is not JSON: ${(error as Error).message}`);
  }
}

async function exportRules(service: ScoringRulesService, version: number | null): Promise<number> {
  const { rules } = version === null ? await service.current() : await service.getVersion(version);
  console.log(JSON.stringify(rules, null, 2));
  return DONE;
}

async function preview(previews: RulesPreviewService, file: string, signal: AbortSignal): Promise<number> {
  const { quality, ...scores } = await previews.preview(await readRules(file), DEFAULT_SAMPLE, signal);
  printPreview(scores);
  if (quality !== null) printQuality(quality);
  return DONE;
}

function printPreview({
  asOf,
  leadCount,
  changedCount,
  before,
  after,
  bandChanges,
  movers,
}: Omit<RulesPreview, 'quality'>): void {
  console.log(
    `${counted(leadCount, 'lead')} as of ${asOf.toISOString()}: the score of ${wholeNumber.format(changedCount)} would change.`,
  );
  console.log('\nscore     leads now   with these rules');
  for (const [index, { from, to, count }] of before.entries()) {
    const then = after[index]?.count ?? 0;
    console.log(
      `${`${from}-${to}`.padEnd(8)}${wholeNumber.format(count).padStart(11)}${wholeNumber.format(then).padStart(19)}`,
    );
  }
  if (bandChanges.length > 0) console.log('\nOpen leads that would change their band:');
  for (const { from, to, count } of bandChanges) {
    console.log(`${from.toUpperCase()} to ${to.toUpperCase()}: ${wholeNumber.format(count)}`);
  }
  if (movers.length > 0) console.log('\nLargest changes:');
  for (const { leadId, before: was, after: becomes, breakdownAfter } of movers) {
    const factors = Object.entries(breakdownAfter)
      .filter(([, factor]) => factor !== null)
      .map(([name, factor]) => `${name} ${factor?.points ?? 0}`);
    console.log(`lead ${leadId}: ${was ?? 'no score'} to ${becomes} (${factors.join(', ')})`);
  }
}

function printQuality({ before, after }: QualityPreview): void {
  console.log(`\nBacktest on a sample of ${counted(after.leads, 'lead')}:`);
  if (before.figures === null || after.figures === null) {
    console.log(after.missing ?? before.missing);
    return;
  }
  for (const [name, { auc, aucInterval, topTenthWinRate }] of [
    ['now', before.figures.score],
    ['with these rules', after.figures.score],
  ] as const) {
    console.log(
      `${name.padEnd(17)} AUC ${auc.toFixed(3)} (${intervalOf(aucInterval)}), won of the top 10 %: ${percent(topTenthWinRate)}`,
    );
  }
}

async function publish(
  service: ScoringRulesService,
  { file, note }: { readonly file: string; readonly note: string },
  signal: AbortSignal,
): Promise<number> {
  const caller = operatorName();
  const draft = await service.saveDraft(await readRules(file), note, null, caller);
  const printer = new RecalculationPrinter();
  try {
    const { rules, recalculation } = await service.publish(draft.id, caller, {
      trigger: 'command',
      signal,
      onProgress: (progress) => {
        printer.onProgress(progress);
      },
    });
    printer.finish();
    const { failures, failedCount, savedCount } = recalculation;
    for (const { leadId, reason } of failures) console.error(`lead ${leadId}: ${reason}`);
    printUnnamed(failedCount - failures.length);
    console.log(
      `Version ${rules.version ?? 0} is in force: ${counted(savedCount, 'score')} saved, ${wholeNumber.format(failedCount)} failed.`,
    );
    console.log('Leads have no win rates until these rules are evaluated: pnpm rules evaluate');
    return failedCount === 0 ? DONE : SOME_FAILED;
  } catch (error) {
    printer.finish();
    await service.deleteDraft(draft.id, caller).catch(() => undefined);
    throw error;
  }
}

async function evaluate(
  service: ScoringRulesService,
  evaluations: ScoreEvaluationsService,
  { isJson, rulesId, horizonDays, landmarkEvery }: RulesCommand & { readonly kind: 'evaluate' },
  signal: AbortSignal,
): Promise<number> {
  const display = createProgressDisplay();
  try {
    const request = { rulesId, horizonDays, landmarkEvery, startedBy: operatorName() };
    const { rulesId: evaluatedId, report } = await evaluations.evaluate(request, {
      signal,
      onProgress: (value, total) => {
        display.show({ value, total }, `${wholeNumber.format(value)} of ${wholeNumber.format(total)} leads`);
      },
    });
    display.stop();
    const { version } = await service.getById(evaluatedId);
    if (isJson) console.log(JSON.stringify(report, null, 2));
    else if (report !== null) printReport(version, report);
    return DONE;
  } catch (error) {
    display.stop();
    throw error;
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const intervalOf = ({ low, high }: Interval): string => `${low.toFixed(3)}-${high.toFixed(3)}`;

function printReport(version: number | null, report: ScoreQualityReport): void {
  const { leads, landmarks, incompleteLandmarks, pairs, leadsWon, leadsLost, figures, missing } = report;
  console.log(
    `Rules ${version === null ? '(draft)' : `of version ${version}`}: ${counted(leads, 'lead')} at ${counted(landmarks, 'landmark')}, ${wholeNumber.format(pairs)} pairs; ${wholeNumber.format(leadsWon)} won, ${wholeNumber.format(leadsLost)} lost. ${counted(incompleteLandmarks, 'landmark')} left out, because the time for outcomes is not over.`,
  );
  if (figures === null) console.log(missing);
  else printFigures(figures);
  console.log('\nWhat these figures do not show:');
  for (const limit of report.limits) console.log(`- ${limit}`);
}

function printFigures({ score, scoreWithoutStatus, baselines, bands, tens }: ScoreQualityFigures): void {
  const orders = {
    score,
    'score without status': scoreWithoutStatus,
    'latest contact': baselines.recency,
    'number of interactions': baselines.interactionCount,
    random: baselines.random,
  };
  console.log('\norder                    AUC    95 % interval   won of the top 10 %   lift of the top 10 %');
  for (const [name, { auc, aucInterval, topTenthWinRate, liftByDecile }] of Object.entries(orders)) {
    console.log(
      `${name.padEnd(24)} ${auc.toFixed(3)}  ${intervalOf(aucInterval)}     ${percent(topTenthWinRate).padStart(8)}              ${(liftByDecile[0] ?? 0).toFixed(2)}`,
    );
  }
  console.log('\nscore        win rate   95 % interval    leads');
  for (const { from, to, rate, interval, leads } of [bands.hot, bands.warm, bands.cold, ...tens]) {
    const range = `${from}-${to}`.padEnd(10);
    if (rate === null || interval === null) console.log(`${range}          -`);
    else {
      console.log(
        `${range} ${percent(rate).padStart(10)}   ${percent(interval.low)} to ${percent(interval.high)}   ${wholeNumber.format(leads)}`,
      );
    }
  }
}

export async function runRules(command: RulesCommand): Promise<void> {
  const { signal, exitCode: interruptedCode } = interruption(
    new RecalculationAbortedError('It was interrupted at the terminal.'),
  );
  let exitCode = NOTHING_DONE;
  await runCommand((database, settings) =>
    withFeature(database, settings, ScoreEvaluationsModule, async (features) => {
      const service = features.get(ScoringRulesService, { strict: false });
      try {
        exitCode =
          command.kind === 'export'
            ? await exportRules(service, command.version)
            : command.kind === 'preview'
              ? await preview(features.get(RulesPreviewService, { strict: false }), command.file, signal)
              : command.kind === 'publish'
                ? await publish(service, command, signal)
                : await evaluate(
                    service,
                    features.get(ScoreEvaluationsService, { strict: false }),
                    command,
                    signal,
                  );
      } catch (error) {
        reportFailure(
          error instanceof DomainError ? new OperatorError(error.message, { cause: error }) : error,
        );
        exitCode = interruptedCode() ?? NOTHING_DONE;
      }
      return exitCode;
    }),
  );
  process.exitCode = exitCode;
}
