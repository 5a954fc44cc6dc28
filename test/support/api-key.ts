import { withApiKeyStore } from '../../src/access/api-key-store.js';
import type { Role } from '../../src/common/caller.js';

/** Creates an API key in a test database. By default its name is its role. */
export const createApiKey = (
  databaseUrl: string,
  role: Role = 'admin',
  name: string = role,
): Promise<string> => withApiKeyStore(databaseUrl, (store) => store.create(name, role));
