import pg from 'pg';
import { parse } from 'pg-connection-string';
import { OperatorError } from '../common/operator-error.js';
import { type DatabaseAddress, parseDatabaseUrl } from '../config/database-url.js';
import { prepareSession } from './session-settings.js';

export interface SessionOptions {
  readonly url: string;
  /** Part of the application name of the session in PostgreSQL. */
  readonly purpose: string;
  /** Timeout for connecting, and again for preparing the session. */
  readonly connectTimeoutMs: number;
  /** Timeout of each statement; by default, there is none. */
  readonly queryTimeoutMs?: number;
  /** Whether the session uses a pooler in transaction mode, which keeps few settings of a session. */
  readonly isPooled?: boolean;
  /** Checks each new session before it is used. If it throws, connecting fails with that error. */
  readonly check?: (session: pg.Client) => Promise<void>;
}

/** Internals of the driver that its types omit. */
interface DriverInternals {
  readonly connection: {
    readonly stream: { destroy(): void };
    on(
      event: 'parameterStatus',
      listener: (message: { parameterName: string; parameterValue: string }) => void,
    ): void;
  };
  readonly connectionParameters: Record<string, unknown>;
}

type ConnectCallback = (error: Error | null, client?: pg.Client) => void;

/**
 * Returns a client class that always connects to one database in the same way, for libraries that create
 * clients themselves. Each session is prepared before use. Only the URL determines the connection:
 * environment variables of the driver (PGHOST, PGOPTIONS, PGSSLMODE and the like) have no effect. A lost
 * connection does not end the process.
 */
export function sessionClass(
  options: SessionOptions,
): new (given?: Pick<pg.ClientConfig, 'types'>) => pg.Client {
  const address = parseDatabaseUrl(options.url);
  const config = clientConfig(address, options);

  return class Session extends pg.Client {
    private serverVersion = 0;

    /** @param given options from libraries: only parsers of values are used */
    constructor(given: Pick<pg.ClientConfig, 'types'> = {}) {
      super({ ...config, ...(given.types === undefined ? {} : { types: given.types }) });
      this.on('error', () => undefined);
      const { connection, connectionParameters } = this as unknown as DriverInternals;
      // If the configuration lacks these, the driver reads them from the environment.
      Object.assign(connectionParameters, { options: address.options, replication: undefined });
      connection.on('parameterStatus', ({ parameterName, parameterValue }) => {
        if (parameterName === 'server_version') this.serverVersion = Number.parseInt(parameterValue, 10);
      });
    }

    override connect(): Promise<pg.Client>;
    override connect(callback: ConnectCallback): void;
    override connect(callback?: ConnectCallback): Promise<pg.Client> | undefined {
      const connecting = this.connectAndPrepare();
      if (callback === undefined) return connecting;
      connecting.then((client) => {
        callback(null, client);
      }, callback);
      return undefined;
    }

    private async connectAndPrepare(): Promise<pg.Client> {
      await super.connect();
      try {
        const text = prepareSession(this.serverVersion, options.isPooled ?? false);
        await this.query({ text, query_timeout: options.connectTimeoutMs } as pg.QueryConfig);
        await options.check?.(this);
        return this;
      } catch (error) {
        cutConnection(this);
        throw error;
      }
    }
  };
}

/**
 * Ends a connection without a word to the server: a server that does not respond to statements does not respond to a regular
 * disconnect either.
 */
export function cutConnection(client: pg.Client): void {
  (client as unknown as DriverInternals).connection.stream.destroy();
}

/** Opens a session, which the caller must end. If it is lost, its queries fail and it emits `end`. */
export async function openSession(options: SessionOptions): Promise<pg.Client> {
  const session = new (sessionClass(options))();
  await session.connect();
  return session;
}

function clientConfig(address: DatabaseAddress, options: SessionOptions): pg.ClientConfig {
  const { host, port, user, password, database, applicationName, tls } = address;
  const ssl = host.startsWith('/') ? false : tlsOf(tls);
  return {
    host,
    port,
    user,
    database,
    // A function, so that the driver reads neither PGPASSWORD nor a password file.
    password: () => password ?? '',
    ssl,
    // Always set, so that the driver does not read PGSSLNEGOTIATION.
    sslnegotiation: ssl === false ? 'postgres' : (tls.sslnegotiation ?? 'postgres'),
    enableChannelBinding: (tls.channel_binding ?? 'disable') !== 'disable',
    application_name: `${applicationName ?? 'lead-scoring'} ${options.purpose}`,
    connectionTimeoutMillis: options.connectTimeoutMs,
    ...(options.queryTimeoutMs === undefined ? {} : { query_timeout: options.queryTimeoutMs }),
    keepAlive: true,
  } as pg.ClientConfig;
}

/** Parses the TLS parameters with the driver's own parser. @throws OperatorError if a file cannot be read */
function tlsOf(parameters: DatabaseAddress['tls']): NonNullable<pg.ClientConfig['ssl']> {
  if (parameters.ssl === 'false') return false;
  try {
    const { ssl } = parse(`postgres://tls/?${new URLSearchParams(parameters).toString()}`);
    // The parser leaves `ssl=no-verify` to the client.
    if (ssl === 'no-verify') return { rejectUnauthorized: false };
    return (ssl as pg.ClientConfig['ssl']) ?? false;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OperatorError(`The TLS parameters of the database URL cannot be used: ${reason}`, {
      cause: error,
    });
  }
}
