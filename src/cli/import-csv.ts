import { parseArgs } from 'node:util';
import { OperatorError } from '../common/operator-error.js';
import type { CsvPaths } from '../data-import/import-files.js';
import { runCommandLine } from './command-line.js';

const USAGE = `Usage: pnpm import:csv --leads FILE.csv --interactions FILE.csv

Imports leads, then interactions; either file may be left out. The files are UTF-8, with commas between cells and a
header that names the columns as the API names its fields, in any order:

  leads          firstName,lastName,email,phone,budget,location,company,source,status
                 email must be there. Where a lead has the e-mail, in any letter case, it is updated, and an empty
                 cell leaves what is there; else a lead is made, which needs firstName and lastName.
  interactions   email,type,date,notes,direction
                 email (of the lead), type (call, email, meeting) and date (ISO 8601; UTC where it has no zone) must
                 be there. direction is inbound (the lead got in touch), outbound, or empty: unknown. Every line is a
                 new interaction: importing a file twice adds all of them twice.

Lines that break a rule are reported with their number and left out; the rest goes in. Blank lines are skipped. The
scores of all leads that the files speak of are calculated. All of it is one transaction: an import that fails or is
interrupted leaves nothing behind.

Exit code: 0 everything went in
           1 something was refused, the rest went in
           2 nothing was imported: wrong usage, a file or a header that cannot be used, or a failure
           130, 143 interrupted by Ctrl-C or SIGTERM: nothing was imported
`;

const NOTHING_IMPORTED = 2;

/** Null: help was requested. */
function parseRequest(args: string[]): CsvPaths | null {
  const { values } = parseArgs({
    args,
    options: {
      leads: { type: 'string', multiple: true },
      interactions: { type: 'string', multiple: true },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return null;
  const paths = {
    leads: onlyOne('leads', values.leads),
    interactions: onlyOne('interactions', values.interactions),
  };
  if (paths.leads === undefined && paths.interactions === undefined) {
    throw new OperatorError('Name at least one file.');
  }
  return paths;
}

function onlyOne(option: string, values: readonly string[] = []): string | undefined {
  if (values.length > 1) throw new OperatorError(`--${option} can be given once.`);
  return values[0];
}

await runCommandLine({
  usage: USAGE,
  parse: parseRequest,
  load: async () => (await import('./import-csv.command.js')).runImport,
  failureCode: NOTHING_IMPORTED,
});
