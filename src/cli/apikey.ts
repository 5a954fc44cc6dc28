import { parseArgs } from 'node:util';
import { isRole } from '../common/caller.js';
import { OperatorError } from '../common/operator-error.js';
import type { ApiKeyRequest } from './apikey.command.js';
import { runCommandLine } from './command-line.js';

const USAGE = `Usage: pnpm apikey create NAME --role viewer|rep|admin   make a key and show it, once
       pnpm apikey list                                  name all keys, revoked ones as well
       pnpm apikey revoke ID|NAME                        end a key, on every server within six seconds

A key is sent as \`Authorization: Bearer lsk_…\`. The database keeps a hash of it alone: a key that is lost is revoked,
and another one made. A NAME has 1 to 100 letters, digits, dots, hyphens and underscores, and begins with a letter.

Exit code: 0 done
           1 not done: wrong usage, a name that is taken, no such key, settings or a database that cannot be used
`;

const FAILED = 1;

// A name cannot be a number, because a number is an id.
const NAME = /^[a-z][\w.-]{0,99}$/i;

/** Null: help was requested. */
function parseRequest(args: string[]): ApiKeyRequest | null {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { role: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) return null;
  const [action, subject, ...rest] = positionals;
  const { role } = values;
  if (action !== 'create' && role !== undefined) throw new OperatorError('--role goes with create.');
  if (rest.length > 0) throw new OperatorError(`Unknown: ${rest.join(' ')}`);
  if (action === 'list' && subject === undefined) return { action };
  if (action === 'revoke' && subject !== undefined) return { action, idOrName: subject };
  if (action === 'create' && subject !== undefined) {
    if (!NAME.test(subject)) throw new OperatorError('NAME breaks its rule.');
    if (!isRole(role)) throw new OperatorError('--role must be viewer, rep or admin.');
    return { action, name: subject, role };
  }
  throw new OperatorError(
    positionals.length === 0 ? 'What is to be done?' : `Unknown: ${positionals.join(' ')}`,
  );
}

await runCommandLine({
  usage: USAGE,
  parse: parseRequest,
  load: async () => (await import('./apikey.command.js')).runApiKey,
  failureCode: FAILED,
});
