import { OperatorError } from '../common/operator-error.js';
import type { AccessSettings } from '../config/access-settings.js';
import { withApiKeyStore } from './api-key-store.js';

/**
 * Fails startup if authentication is on but no credential could ever be accepted.
 * @throws OperatorError whose message contains the remedy
 */
export async function ensureCredentialsExist(
  { isOn, jwt }: AccessSettings,
  databaseUrl: string,
): Promise<void> {
  if (!isOn || jwt !== null) return;
  const keys = await withApiKeyStore(databaseUrl, (store) => store.findAll());
  if (keys.some(({ revokedAt }) => revokedAt === null)) return;
  throw new OperatorError(
    'No caller could be authenticated: there is no API key, and no tokens are accepted. Create a key with `pnpm apikey create NAME --role admin`, or set AUTH_JWKS_URL or AUTH_PUBLIC_KEY, with AUTH_ISSUER and AUTH_AUDIENCE; then start again.',
  );
}
