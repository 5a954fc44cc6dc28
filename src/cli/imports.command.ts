import { DomainError } from '../common/domain-error.js';
import { OperatorError } from '../common/operator-error.js';
import type { ImportRecord, UndoReport } from '../imports/import-record.js';
import { fileReportsOf } from '../imports/import-report.js';
import { ImportRecordsService } from '../imports/import-records.service.js';
import { ImportsModule } from '../imports/imports.module.js';
import { ImportsService } from '../imports/imports.service.js';
import { interruption } from './interruption.js';
import { counted, printUnnamed, reportFailure, wholeNumber } from './printing.js';
import { runCommand } from './run-command.js';
import { operatorName } from './operator.js';
import { withFeature } from './with-feature.js';

export type ImportsCommand =
  { readonly kind: 'list'; readonly isJson: boolean } | { readonly kind: 'undo'; readonly id: number };

const DONE = 0;
const SOME_KEPT = 1;
const NOTHING_DONE = 2;
const PAGE_SIZE = 100;

async function list(records: ImportRecordsService, isJson: boolean): Promise<number> {
  let after: string | null = null;
  let count = 0;
  do {
    const page = await records.findPage(PAGE_SIZE, after);
    for (const { node } of page.edges) {
      console.log(isJson ? JSON.stringify(node) : lineOf(node));
      count += 1;
    }
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  if (count === 0 && !isJson) console.log('There are no imports.');
  return DONE;
}

function lineOf({ id, startedAt, status, caller, files, report, undoneAt }: ImportRecord): string {
  const names = files.map(({ name }) => name).join(', ');
  const counts =
    report === null
      ? 0
      : fileReportsOf(report).reduce((sum, { inserted, updated }) => sum + inserted + updated, 0);
  const result = undoneAt === null ? status : `undone at ${undoneAt.toISOString()}`;
  const rows = report === null ? '' : `, ${counted(counts, 'row')}`;
  return `${id}  ${startedAt.toISOString()}  ${caller}  ${names}  ${result}${rows}`;
}

async function undo(service: ImportsService, id: number): Promise<number> {
  const { signal, exitCode } = interruption();
  try {
    const report = await service.undo(id, operatorName(), signal);
    printUndo(id, report);
    return report.keptCount === 0 ? DONE : SOME_KEPT;
  } catch (error) {
    reportFailure(error instanceof DomainError ? new OperatorError(error.message, { cause: error }) : error);
    return exitCode() ?? NOTHING_DONE;
  }
}

function printUndo(id: number, report: UndoReport): void {
  for (const { leadId, interactionId, reason } of report.kept) {
    console.error(
      `${interactionId === null ? `lead ${leadId}` : `interaction ${interactionId} of lead ${leadId}`}: ${reason}`,
    );
  }
  printUnnamed(report.keptCount - report.kept.length);
  const number = (count: number) => wholeNumber.format(count);
  console.log(`Leads: ${number(report.removedLeads)} removed, ${number(report.restoredLeads)} restored.`);
  console.log(
    `Interactions: ${number(report.removedInteractions)} removed, ${number(report.restoredInteractions)} restored.`,
  );
  if (report.removedChanges > 0) console.log(`Changes: ${number(report.removedChanges)} removed.`);
  const kept =
    report.keptCount === 0
      ? ''
      : ` ${counted(report.keptCount, 'row')} left alone, because of changes since.`;
  console.log(`Import ${id} was undone.${kept}`);
}

export async function runImports(command: ImportsCommand): Promise<void> {
  let exitCode = NOTHING_DONE;
  await runCommand((database, settings) =>
    withFeature(database, settings, ImportsModule, async (features) => {
      exitCode =
        command.kind === 'list'
          ? await list(features.get(ImportRecordsService, { strict: false }), command.isJson)
          : await undo(features.get(ImportsService, { strict: false }), command.id);
      return exitCode;
    }),
  );
  process.exitCode = exitCode;
}
