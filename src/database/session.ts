import pg from 'pg';
import { parse } from 'pg-connection-string';
import { OperatorError } from '../common/operator-error.js';
import { type DatabaseAddress, parseDatabaseUrl } from '../config/database-url.js';
import { prepareSession } from './session-settings.js';

export interface SessionOptions {
  readonly url: string;
  /** How PostgreSQL's own tools name the session. */
  readonly purpose: string;
  /** For connecting, and again for preparing the session. */
  readonly connectTimeoutMs: number;
  /** For each statement; without it, statements may take any time. */
  readonly queryTimeoutMs?: number;
  /** Whether the session goes through a pooler in transaction mode, which keeps few settings of a session. */
  readonly isPooled?: boolean;
  /** Checks each new session before anything else uses it; if it throws, connecting fails with that error. */
  readonly check?: (session: pg.Client) => Promise<void>;
}

/** What the driver has, and its types do not. */
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
 * A class of clients that all connect to one database in one way: for libraries that make clients themselves. Each
 * session is prepared before it is handed out. Only the URL decides where it goes: the driver's own environment
 * variables (PGHOST, PGOPTIONS, PGSSLMODE and the like) have no effect. A lost connection ends no process.
 */
export function sessionClass(
  options: SessionOptions,
): new (given?: Pick<pg.ClientConfig, 'types'>) => pg.Client {
  const address = parseDatabaseUrl(options.url);
  const config = clientConfig(address, options);

  return class Session extends pg.Client {
    private serverVersion = 0;

    /** @param given what libraries decide: how values are read */
    constructor(given: Pick<pg.ClientConfig, 'types'> = {}) {
      super({ ...config, ...(given.types === undefined ? {} : { types: given.types }) });
      this.on('error', () => undefined);
      const { connection, connectionParameters } = this as unknown as DriverInternals;
      // Where the configuration has none, the driver takes them from the environment.
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
        (this as unknown as DriverInternals).connection.stream.destroy();
        throw error;
      }
    }
  };
}

/** Opens one session, which the caller ends. If it is lost, its queries fail and it emits `end`. */
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
    // A function, so that the driver asks neither PGPASSWORD nor a password file.
    password: () => password ?? '',
    ssl,
    // Set in any case, so that the driver does not ask PGSSLNEGOTIATION.
    sslnegotiation: ssl === false ? 'postgres' : (tls.sslnegotiation ?? 'postgres'),
    enableChannelBinding: (tls.channel_binding ?? 'disable') !== 'disable',
    application_name: `${applicationName ?? 'lead-scoring'} ${options.purpose}`,
    connectionTimeoutMillis: options.connectTimeoutMs,
    ...(options.queryTimeoutMs === undefined ? {} : { query_timeout: options.queryTimeoutMs }),
    keepAlive: true,
  } as pg.ClientConfig;
}

/** The driver's own reading of the parameters that are about TLS. @throws OperatorError if a file cannot be read */
function tlsOf(parameters: DatabaseAddress['tls']): NonNullable<pg.ClientConfig['ssl']> {
  if (parameters.ssl === 'false') return false;
  try {
    const { ssl } = parse(`postgres://tls/?${new URLSearchParams(parameters).toString()}`);
    // `ssl=no-verify` is left to the client by the parser.
    if (ssl === 'no-verify') return { rejectUnauthorized: false };
    return (ssl as pg.ClientConfig['ssl']) ?? false;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OperatorError(`The TLS parameters of the database URL cannot be used: ${reason}`, {
      cause: error,
    });
  }
}
