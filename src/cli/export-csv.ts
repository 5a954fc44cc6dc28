import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { OperatorError } from '../common/operator-error.js';
import { type ExportKind, type ExportRequest, validateFilter } from '../exports/export-options.js';
import { numberOf, runCommandLine } from './command-line.js';

const USAGE = `Usage: pnpm export:csv --leads FILE --interactions FILE [--status STATUS]… [--open] [--min-score N] [--scores]

Exports leads and interactions as CSV files that pnpm import:csv reads. One of the files may be omitted. - means standard
output. The files are UTF-8 without BOM, with commas and CRLF. Both show the data at the same instant.

  --status STATUS  only leads with this status; may be repeated
  --open           only open leads
  --min-score N    only leads with at least this score
  --scores         adds the columns activityScore and scoreCalculatedAt to the leads; an import ignores them

With a condition, the file of interactions contains the interactions of the selected leads. A cell that a spreadsheet
may execute as a formula gets an apostrophe at its beginning, which the import removes.

An existing file is replaced only after all files are complete. Until then, the data is in FILE.part.

Exit code: 0 everything was exported
           2 nothing was exported: invalid arguments, or a failure
           130, 143 interrupted by Ctrl-C or SIGTERM: nothing was exported
`;

const NOTHING_EXPORTED = 2;

/** Null: help was requested. */
function parseRequest(args: string[]): ExportRequest | null {
  const { values } = parseArgs({
    args,
    options: {
      leads: { type: 'string', multiple: true },
      interactions: { type: 'string', multiple: true },
      status: { type: 'string', multiple: true },
      open: { type: 'boolean', default: false },
      'min-score': { type: 'string', multiple: true },
      scores: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return null;
  const paths = new Map<ExportKind, string>();
  for (const kind of ['leads', 'interactions'] as const) {
    const path = onlyOne(kind, values[kind]);
    if (path !== undefined) paths.set(kind, path);
  }
  if (paths.size === 0) throw new OperatorError('Name at least one file.');
  if (new Set([...paths.values()].map((path) => resolve(path))).size < paths.size) {
    throw new OperatorError('--leads and --interactions must name different files.');
  }
  if (values.scores && !paths.has('leads')) throw new OperatorError('--scores requires --leads.');
  return {
    paths,
    filter: validateFilter({
      statuses: values.status ?? [],
      isOpenOnly: values.open,
      minScore: numberOf(onlyOne('min-score', values['min-score'])),
    }),
    hasScores: values.scores,
  };
}

function onlyOne(option: string, values: readonly string[] = []): string | undefined {
  if (values.length > 1) throw new OperatorError(`--${option} can be given only once.`);
  if (values[0] === '') throw new OperatorError(`--${option} must not be empty.`);
  return values[0];
}

await runCommandLine({
  usage: USAGE,
  parse: parseRequest,
  load: async () => (await import('./export-csv.command.js')).runExport,
  failureCode: NOTHING_EXPORTED,
});
