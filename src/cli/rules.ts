import { parseArgs } from 'node:util';
import { OperatorError } from '../common/operator-error.js';
import { runCommandLine } from './command-line.js';
import type { RulesCommand } from './rules.command.js';

const USAGE = `Usage: pnpm rules export [--version N]
       pnpm rules preview FILE.json
       pnpm rules publish FILE.json [--note TEXT]
       pnpm rules evaluate [--rules ID] [--horizon-days N] [--landmark-every N] [--json]

export   prints the scoring rules that are in force, or those of an earlier version, as JSON.
preview  prints what the rules of a file would change. It writes nothing.
publish  puts the rules of a file in force and recalculates every score with them, in one transaction. If that is interrupted or
         fails, the previous rules stay in force.
evaluate compares the scores that the rules in force, or other saved rules, would have had in the past with which leads were won
         within N days (1 to 730, default 90) after landmarks every N days (1 to 90, default 7). Lead.winRate comes from
         evaluations with the defaults.

Exit code: 0 done
           1 published, but some leads could not be scored
           2 nothing was changed: the arguments or the rules are invalid, another recalculation or import is in progress, or it failed
           130, 143 interrupted by Ctrl-C or SIGTERM: nothing was changed
`;

const NOTHING_DONE = 2;

/** Null: help was requested. */
function parseRequest(args: string[]): RulesCommand | null {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      version: { type: 'string' },
      note: { type: 'string' },
      rules: { type: 'string' },
      'horizon-days': { type: 'string' },
      'landmark-every': { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return null;
  const [command, ...rest] = positionals;
  const { version, note } = values;
  const ofEvaluate = ['rules', 'horizon-days', 'landmark-every', 'json'] as const;
  const misplaced =
    command === 'evaluate' ? undefined : ofEvaluate.find((name) => values[name] !== undefined);
  if (misplaced !== undefined) throw new OperatorError(`--${misplaced} belongs to evaluate.`);
  if (version !== undefined && command !== 'export') throw new OperatorError('--version belongs to export.');
  if (note !== undefined && command !== 'publish') throw new OperatorError('--note belongs to publish.');
  switch (command) {
    case 'export':
      if (rest.length > 0) throw new OperatorError('export takes no file: it prints the rules.');
      return { kind: 'export', version: version === undefined ? null : numberOf('version', version) };
    case 'preview':
      return { kind: 'preview', file: fileOf(rest) };
    case 'publish':
      return { kind: 'publish', file: fileOf(rest), note: note ?? '' };
    case 'evaluate':
      if (rest.length > 0)
        throw new OperatorError('evaluate takes no file: publish or save the rules first.');
      return {
        kind: 'evaluate',
        rulesId: values.rules === undefined ? null : numberOf('rules', values.rules),
        horizonDays: numberOf('horizon-days', values['horizon-days'] ?? '90', 730),
        landmarkEvery: numberOf('landmark-every', values['landmark-every'] ?? '7', 90),
        isJson: values.json === true,
      };
    case undefined:
    default:
      throw new OperatorError(
        `${command ?? 'Missing command'}: use export, preview FILE, publish FILE or evaluate.`,
      );
  }
}

function numberOf(option: string, text: string, max = 2_147_483_647): number {
  if (!/^[1-9]\d{0,9}$/.test(text) || Number(text) > max) {
    throw new OperatorError(`--${option} must be a whole number from 1 to ${max}.`);
  }
  return Number(text);
}

function fileOf(files: readonly string[]): string {
  const [file] = files;
  if (file === undefined || files.length > 1) throw new OperatorError('Name one file with rules.');
  return file;
}

await runCommandLine({
  usage: USAGE,
  parse: parseRequest,
  load: async () => (await import('./rules.command.js')).runRules,
  failureCode: NOTHING_DONE,
});
