import os from 'node:os';
import { hasInvisibleCharacters } from '../common/visible-text.js';

/** The address of a PostgreSQL server and the connection options: everything that a database URL contains. */
export interface DatabaseAddress {
  /** A host name, an IP address, or the directory of a Unix socket, which begins with a slash. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | null;
  readonly database: string;
  /** Replaces `lead-scoring` in the application names of sessions. */
  readonly applicationName: string | null;
  /** Command-line options for the server's session, such as `-c search_path=crm`. */
  readonly options: string | null;
  /** The TLS parameters, by name. */
  readonly tls: Readonly<Record<string, string>>;
}

/** The URL violates a rule. The message contains the rule, but no part of the URL. */
export class InvalidDatabaseUrlError extends Error {
  override readonly name = 'InvalidDatabaseUrlError';
}

const DEFAULT_PORT = 5432;

const ADDRESS_PARAMETERS = ['host', 'port', 'user', 'password', 'dbname', 'application_name', 'options'];

const TLS_PARAMETERS = [
  'ssl',
  'sslmode',
  'sslcert',
  'sslkey',
  'sslrootcert',
  'sslnegotiation',
  'uselibpqcompat',
  'channel_binding',
];

/**
 * Parameters of libpq that this program sets itself. They are accepted because URLs of other programs often
 * contain them.
 */
const UNUSED_PARAMETERS = [
  'client_encoding',
  'connect_timeout',
  'fallback_application_name',
  'keepalives',
  'keepalives_count',
  'keepalives_idle',
  'keepalives_interval',
];

const KNOWN_PARAMETERS = [...ADDRESS_PARAMETERS, ...TLS_PARAMETERS, ...UNUSED_PARAMETERS];

const TLS_VALUES: Readonly<Record<string, readonly string[]>> = {
  ssl: ['true', '1', 'false', '0', 'no-verify'],
  sslmode: ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'],
  sslnegotiation: ['postgres', 'direct'],
  uselibpqcompat: ['true', 'false'],
  channel_binding: ['disable', 'prefer', 'require'],
};

/**
 * The only parser of database URLs. It follows libpq: query parameters override the rest of the URL, and the
 * host may be the directory of a Unix socket. The default database has the name of the user.
 * @throws InvalidDatabaseUrlError
 */
export function parseDatabaseUrl(text: string): DatabaseAddress {
  const url = urlOf(text);
  const parameters = Object.fromEntries(url.searchParams);
  if (Object.keys(parameters).length < url.searchParams.size) {
    throw new InvalidDatabaseUrlError('must have each parameter once');
  }
  if (!Object.keys(parameters).every((name) => KNOWN_PARAMETERS.includes(name))) {
    throw new InvalidDatabaseUrlError(`may have no other parameters than ${KNOWN_PARAMETERS.join(', ')}`);
  }
  for (const [name, values] of Object.entries(TLS_VALUES)) {
    const value = parameters[name];
    if (value !== undefined && !values.includes(value)) {
      throw new InvalidDatabaseUrlError(`must have one of ${values.join(', ')} as its ${name}`);
    }
  }
  const given = (parameter: string, other: string): string | null =>
    notEmpty(parameters[parameter]) ?? notEmpty(decoded(other));
  const user = given('user', url.username) ?? userOfThisProcess();
  const address = {
    host: hostOf(given('host', url.hostname)),
    port: portOf(given('port', url.port)),
    user,
    password: given('password', url.password),
    database: given('dbname', url.pathname.slice(1)) ?? user,
    applicationName: notEmpty(parameters.application_name),
    options: notEmpty(parameters.options),
    tls: Object.fromEntries(Object.entries(parameters).filter(([name]) => TLS_PARAMETERS.includes(name))),
  };
  ensurePrintable(address);
  return address;
}

/**
 * Messages contain all parts of an address except its password. Control characters could manipulate a
 * terminal, and invisible characters could make one name look like another.
 * @throws InvalidDatabaseUrlError
 */
function ensurePrintable({ host, user, database, applicationName, options, tls }: DatabaseAddress): void {
  const texts = [host, user, database, applicationName ?? '', options ?? '', ...Object.values(tls)];
  if (texts.some((text) => /\p{Cc}/u.test(text) || hasInvisibleCharacters(text))) {
    throw new InvalidDatabaseUrlError(
      'must have control characters and invisible characters in the password only',
    );
  }
}

/** Host, port and database, for messages. Contains no user, password or parameters. */
export function locationOf(url: string): string {
  const { host, port, database } = parseDatabaseUrl(url);
  return `${hostAndPort(host, port)}/${database}`;
}

/** Host and port, for messages. */
export function serverOf(url: string): string {
  const { host, port } = parseDatabaseUrl(url);
  return hostAndPort(host, port);
}

const hostAndPort = (host: string, port: number): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** libpq allows a URL without a host, even after a user or before a port. WHATWG URLs do not. */
const WITHOUT_HOST = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)(?=[:/?#]|$)/i;

function urlOf(text: string): URL {
  const withHost = text.replace(WITHOUT_HOST, '$1localhost');
  const url = URL.canParse(withHost) ? new URL(withHost) : null;
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new InvalidDatabaseUrlError('must be a URL such as postgres://user:password@host:5432/database');
  }
  if (url.hash !== '') throw new InvalidDatabaseUrlError('must have # written as %23');
  return url;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new InvalidDatabaseUrlError(
      'must have % written as %25 unless it begins a percent-encoded character',
    );
  }
}

const notEmpty = (text: string | undefined): string | null =>
  text === undefined || text === '' ? null : text;

function hostOf(text: string | null): string {
  if (text === null) return 'localhost';
  if (text.includes(',')) throw new InvalidDatabaseUrlError('must name one host');
  return text.replace(/^\[(.*)\]$/, '$1');
}

function portOf(text: string | null): number {
  if (text === null) return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new InvalidDatabaseUrlError('must have a port from 1 to 65535');
  return port;
}

function userOfThisProcess(): string {
  try {
    return os.userInfo().username;
  } catch {
    // A container may run as a user that has no name.
    throw new InvalidDatabaseUrlError('must name a user');
  }
}
