import { withApiKeyStore } from '../../src/access/api-key-store.js';
import type { Role } from '../../src/common/caller.js';

/** A new API key for a database of the tests; its name is that of its role. */
export const createApiKey = (
  databaseUrl: string,
  role: Role = 'admin',
  name: string = role,
): Promise<string> => withApiKeyStore(databaseUrl, (store) => store.create(name, role));
