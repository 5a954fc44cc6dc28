import { parseArgs, type ParseArgsConfig } from 'node:util';
import { OperatorError } from '../common/operator-error.js';
import { runCommandLine } from './command-line.js';
import type { ImportCommand } from './import-csv.command.js';

const USAGE = `Usage: pnpm import:csv [--leads FILE] [--interactions FILE] [--changes FILE] [options]

Imports leads, then interactions, then past changes of leads, from CSV files as a CRM or a spreadsheet exports them. Encoding, delimiter, header line, columns
and formats are recognised and reported; an option overrides each. docs/importing.md has the columns, the presets and the rules.
The import is one transaction: if it fails or is interrupted, nothing is imported. Lines that violate a rule are reported and
skipped. Importing a file twice changes nothing the second time.

Files
  --leads FILE, --interactions FILE, --changes FILE   at least one of them. Changes are a stage history: the status or the budget
                                      that a lead had from a date on. The lead itself stays as it is
  --encoding utf-8|utf-16le|utf-16be|windows-1252
  --delimiter comma|semicolon|tab|pipe
  --header-line N                     the line of the column names

Columns
  --preset NAME                       hubspot, salesforce, pipedrive, zoho, odoo, google-contacts, linkedin, mautic, own (our
                                      export), generic (no tool)
  --map "HEADER=FIELD"                repeatable, such as --map "Company / Account=company"; without a field, ignores the column
  --mapping FILE.json                 a saved mapping
  --save-mapping FILE.json            saves all that was decided, for --mapping
  --strict                            rejects a file with columns that are not mapped
  --external-source NAME              the system that the external ids come from; default: the preset, else csv

Values
  --map-status "VALUE=STATUS", --map-type "VALUE=TYPE"   repeatable, such as --map-status "Working - Contacted=contacted"
  --date-order dmy|mdy                for dates such as 03/04/2026, if the file does not decide it
  --recorded-as-dated                 interactions and changes without a recorded time were recorded at their date; default: by the
                                      import, so past scores do not count them as known
  --decimal comma|point               for amounts such as 1,234, if the file does not decide it
  --time-zone ZONE                    of times without an offset, such as Europe/Berlin; default UTC

Before and after
  --dry-run                           reports what an import would do, and writes nothing into the database
  --rejected FILE                     writes the rejected lines with reasons, after a dry run too. With several
                                      files: FILE-leads, FILE-interactions, FILE-changes, before its extension
  --allow-duplicates                  imports interactions that exist with the same lead, type, date and notes
  --json                              prints the report as JSON

pnpm imports list shows earlier imports, and pnpm imports undo ID undoes one.

Exit code: 0 everything was imported
           1 some lines were rejected, the others were imported
           2 nothing was imported: all lines were rejected, or the arguments or a file are invalid, or it failed
           130, 143 interrupted by Ctrl-C or SIGTERM: nothing was imported
`;

const NOTHING_IMPORTED = 2;

/** Options that are given at most once. */
const SINGLE = [
  'leads',
  'interactions',
  'changes',
  'encoding',
  'delimiter',
  'header-line',
  'preset',
  'mapping',
  'save-mapping',
  'external-source',
  'date-order',
  'decimal',
  'time-zone',
  'rejected',
] as const;
const REPEATABLE = ['map', 'map-status', 'map-type'] as const;
const SWITCHES = ['strict', 'dry-run', 'allow-duplicates', 'recorded-as-dated', 'json'] as const;

const OPTIONS = {
  ...Object.fromEntries([...SINGLE, ...REPEATABLE].map((name) => [name, { type: 'string', multiple: true }])),
  ...Object.fromEntries(SWITCHES.map((name) => [name, { type: 'boolean' }])),
  help: { type: 'boolean', short: 'h' },
} as NonNullable<ParseArgsConfig['options']>;

/** Null: help was requested. */
function parseRequest(args: string[]): ImportCommand | null {
  const values = parseArgs({ args, options: OPTIONS }).values as Record<
    string,
    string[] | boolean | undefined
  >;
  if (values.help === true) return null;
  const textOf = (name: (typeof SINGLE)[number]): string | undefined => {
    const given = values[name] as string[] | undefined;
    if (given !== undefined && given.length > 1) throw new OperatorError(`--${name} can be given only once.`);
    return given?.[0];
  };
  const textsOf = (name: (typeof REPEATABLE)[number]) => values[name] as string[] | undefined;
  const isGiven = (name: (typeof SWITCHES)[number]) => values[name] === true;
  const paths = {
    leads: textOf('leads'),
    interactions: textOf('interactions'),
    changes: textOf('changes'),
  };
  if (Object.values(paths).every((path) => path === undefined)) {
    throw new OperatorError('Name at least one file.');
  }
  return {
    paths,
    flags: {
      encoding: textOf('encoding'),
      delimiter: textOf('delimiter'),
      headerLine: textOf('header-line'),
      preset: textOf('preset'),
      map: textsOf('map'),
      mapStatus: textsOf('map-status'),
      mapType: textsOf('map-type'),
      externalSource: textOf('external-source'),
      strict: isGiven('strict') ? true : undefined,
      dateOrder: textOf('date-order'),
      decimal: textOf('decimal'),
      timeZone: textOf('time-zone'),
      allowDuplicates: isGiven('allow-duplicates') ? true : undefined,
      recordedAsDated: isGiven('recorded-as-dated') ? true : undefined,
    },
    mapping: textOf('mapping') ?? null,
    saveMapping: textOf('save-mapping') ?? null,
    rejected: textOf('rejected') ?? null,
    isDryRun: isGiven('dry-run'),
    isJson: isGiven('json'),
  };
}

await runCommandLine({
  usage: USAGE,
  parse: parseRequest,
  load: async () => (await import('./import-csv.command.js')).runImport,
  failureCode: NOTHING_IMPORTED,
});
