import { parseArgs } from 'node:util';
import { isRole } from '../common/caller.js';
import { OperatorError } from '../common/operator-error.js';
import type { ApiKeyRequest } from './apikey.command.js';
import { runCommandLine } from './command-line.js';

const USAGE = `Usage: pnpm apikey create NAME --role viewer|rep|admin   create a key and show it once
       pnpm apikey list                                  list all keys, including revoked ones
       pnpm apikey revoke ID|NAME                        revoke a key, on every server within six seconds

Clients send a key as \`Authorization: Bearer lsk_…\`. The database stores only a hash of it. If a key is lost, revoke it
and create another one. A NAME has 1 to 100 letters, digits, dots, hyphens and underscores, and begins with a letter.

Exit code: 0 success
           1 failure: invalid arguments, a name that is in use, an unknown key, or invalid settings or database
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
  if (action !== 'create' && role !== undefined)
    throw new OperatorError('--role can only be used with create.');
  if (rest.length > 0) throw new OperatorError(`Unknown: ${rest.join(' ')}`);
  if (action === 'list' && subject === undefined) return { action };
  if (action === 'revoke' && subject !== undefined) return { action, idOrName: subject };
  if (action === 'create' && subject !== undefined) {
    if (!NAME.test(subject)) throw new OperatorError('NAME is invalid.');
    if (!isRole(role)) throw new OperatorError('--role must be viewer, rep or admin.');
    return { action, name: subject, role };
  }
  throw new OperatorError(
    positionals.length === 0
      ? 'Missing command: create, list or revoke.'
      : `Unknown: ${positionals.join(' ')}`,
  );
}

await runCommandLine({
  usage: USAGE,
  parse: parseRequest,
  load: async () => (await import('./apikey.command.js')).runApiKey,
  failureCode: FAILED,
});
