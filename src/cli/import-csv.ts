import { parseArgs } from 'node:util';
import { OperatorError } from '../common/operator-error.js';
import type { CsvPaths } from '../data-import/import-files.js';
import { runCommandLine } from './command-line.js';

const USAGE = `Usage: pnpm import:csv --leads FILE.csv --interactions FILE.csv

Imports leads, then interactions. Either file may be omitted. The files are UTF-8 and separate cells by commas. The
header contains the column names, which are the field names of the API, in any order:

  leads          firstName,lastName,email,phone,budget,location,company,source,status
                 email is required. If a lead with this e-mail exists (case is ignored), it is updated, and empty
                 cells leave its values unchanged. Otherwise a lead is created, which requires firstName and lastName.
  interactions   email,type,date,notes,direction
                 email (of the lead), type (call, email, meeting) and date (ISO 8601; UTC if it has no time zone) are
                 required. direction is inbound (the lead got in touch), outbound, or empty if unknown. Every line is a
                 new interaction: importing a file twice adds all of them twice.

Invalid lines are reported with their number and skipped; the other lines are imported. Blank lines are ignored. The
import calculates the scores of all leads in the files. It is one transaction: an import that fails or is interrupted
changes nothing.

Exit code: 0 everything was imported
           1 some lines were rejected, the others were imported
           2 nothing was imported: invalid arguments, an invalid file or header, or a failure
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
  if (values.length > 1) throw new OperatorError(`--${option} can be given only once.`);
  return values[0];
}

await runCommandLine({
  usage: USAGE,
  parse: parseRequest,
  load: async () => (await import('./import-csv.command.js')).runImport,
  failureCode: NOTHING_IMPORTED,
});
