import { parseArgs } from 'node:util';
import { type ApiKeyRecord, type ApiKeyStore, withApiKeyStore } from '../access/api-key-store.js';
import { isRole, type Role } from '../common/caller.js';
import { OperatorError } from '../common/operator-error.js';
import { ensureMigrated } from '../database/open-database.js';
import { printWarning, runCommandLine } from './command-line.js';
import { runCommand } from './run-command.js';

const USAGE = `Usage: pnpm apikey create NAME --role viewer|rep|admin   make a key and show it, once
       pnpm apikey list                                  name all keys, revoked ones as well
       pnpm apikey revoke ID|NAME                        end a key, on every server within six seconds

A key is sent as \`Authorization: Bearer lsk_…\`. The database keeps a hash of it alone: a key that is lost is revoked,
and another one made. A NAME has 1 to 100 letters, digits, dots, hyphens and underscores, and begins with a letter.

Exit code: 0 done
           1 not done: wrong usage, a name that is taken, no such key, settings or a database that cannot be used
`;

const FAILED = 1;

type Request =
  | { readonly action: 'create'; readonly name: string; readonly role: Role }
  | { readonly action: 'list' }
  | { readonly action: 'revoke'; readonly idOrName: string };

// No name is a number, which would be an id.
const NAME = /^[a-z][\w.-]{0,99}$/i;

/** Null: help is asked for. */
function parseRequest(args: string[]): Request | null {
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

async function perform(request: Request, store: ApiKeyStore): Promise<void> {
  if (request.action === 'create') {
    const key = await store.create(request.name, request.role);
    // Alone on standard output, so that a script can take it.
    console.error(`The key of ${request.name}, with the role ${request.role}. It is not shown again:`);
    console.log(key);
  } else if (request.action === 'revoke') {
    const { id, name } = await store.revoke(request.idOrName);
    console.log(`Revoked key ${id}, ${name}.`);
  } else {
    const keys = await store.findAll();
    for (const key of keys) console.log(lineOf(key));
    if (keys.length === 0) console.log('There are no keys.');
  }
}

function lineOf({ id, name, role, createdAt, revokedAt }: ApiKeyRecord): string {
  const state = revokedAt === null ? 'usable' : `revoked ${revokedAt.toISOString()}`;
  return `${id}  ${name}  ${role}  created ${createdAt.toISOString()}  ${state}`;
}

const run = (request: Request) =>
  runCommand(async (database) => {
    await ensureMigrated(database, printWarning);
    await withApiKeyStore(database.url, (store) => perform(request, store));
    return 0;
  });

await runCommandLine({ usage: USAGE, parse: parseRequest, run, failureCode: FAILED });
