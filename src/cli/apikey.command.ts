import { type ApiKeyRecord, type ApiKeyStore, withApiKeyStore } from '../access/api-key-store.js';
import type { Role } from '../common/caller.js';
import { ensureMigrated } from '../database/open-database.js';
import { printWarning } from './printing.js';
import { runCommand } from './run-command.js';

export type ApiKeyRequest =
  | { readonly action: 'create'; readonly name: string; readonly role: Role }
  | { readonly action: 'list' }
  | { readonly action: 'revoke'; readonly idOrName: string };

async function perform(request: ApiKeyRequest, store: ApiKeyStore): Promise<void> {
  if (request.action === 'create') {
    const key = await store.create(request.name, request.role);
    // The key alone is written to standard output, so that a script can read it.
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

export function runApiKey(request: ApiKeyRequest): Promise<void> {
  return runCommand(async (database) => {
    await ensureMigrated(database, printWarning);
    await withApiKeyStore(database.url, (store) => perform(request, store));
    return 0;
  });
}
