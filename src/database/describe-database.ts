import type { DatabaseSettings } from '../config/database-settings.js';
import { type DatabaseAddress, parseDatabaseUrl } from '../config/database-url.js';

/** The name of the database in the embedded PostgreSQL. */
export const EMBEDDED_DATABASE = 'lead_scoring';

/** The configured database, for messages; without user and password. */
export function describeDatabase({ url, embeddedDirectory }: DatabaseSettings): string {
  if (url === null) return `${EMBEDDED_DATABASE} in the embedded PostgreSQL in ${embeddedDirectory}`;
  return describeAddress(parseDatabaseUrl(url));
}

function describeAddress({
  host,
  port,
  database,
}: Pick<DatabaseAddress, 'host' | 'port' | 'database'>): string {
  if (host.startsWith('/')) return `${database} at the socket ${host}, port ${port}`;
  return `${database} at ${host.includes(':') ? `[${host}]` : host}:${port}`;
}
