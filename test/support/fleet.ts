import type { Client } from 'graphql-ws';
import { withApiKeyStore } from '../../src/access/api-key-store.js';
import type { Role } from '../../src/common/caller.js';
import { LoadBalancer } from './load-balancer.js';
import { type Finished, type ServerProgram, startServerProgram } from './program.js';
import { connectSocket, holdSocket, type SocketEnd } from './websocket.js';

/** The balancer looks ten times in it. */
const SHUTDOWN_DELAY_MS = 1_000;

/** Callers send as much as they want, where a test is not about that. */
const NO_RATE_LIMITS = {
  RATE_LIMIT_PER_MINUTE: '0',
  RATE_LIMIT_WRITES_PER_MINUTE: '0',
  RATE_LIMIT_SUMMARIES_PER_MINUTE: '0',
  RATE_LIMIT_BULK_PER_MINUTE: '0',
  RATE_LIMIT_AUTH_FAILURES_PER_MINUTE: '0',
};

type Variables = Readonly<Record<string, unknown>>;

/** Over HTTP and, as parameters of the connection, over WebSocket. */
const headersOf = (key: string) => ({ authorization: `Bearer ${key}` });

const createKey = (databaseUrl: string, name: string, role: Role): Promise<string> =>
  withApiKeyStore(databaseUrl, (store) => store.create(name, role));

export interface FleetAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: Readonly<Record<string, unknown>>;
  }[];
}

/** Three servers of production on one database, behind a balancer. */
export class Fleet {
  private readonly sockets: Client[] = [];

  private constructor(
    readonly balancer: LoadBalancer,
    /** Those that run; one that was killed or stopped is missing until another is started in its place. */
    readonly servers: ServerProgram[],
    /** Of an admin. */
    readonly key: string,
    private readonly databaseUrl: string,
    private readonly cwd: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  static async start(databaseUrl: string, cwd: string, env: Record<string, string>): Promise<Fleet> {
    const all = {
      NODE_ENV: 'production',
      DATABASE_URL: databaseUrl,
      SUMMARY_PROVIDER: 'template',
      SHUTDOWN_DELAY_MS: String(SHUTDOWN_DELAY_MS),
      ...NO_RATE_LIMITS,
      ...env,
    };
    const key = await createKey(databaseUrl, 'fleet', 'admin');
    const fleet = new Fleet(await LoadBalancer.start(), [], key, databaseUrl, cwd, all);
    await fleet.complete();
    return fleet;
  }

  createKey(name: string, role: Role): Promise<string> {
    return createKey(this.databaseUrl, name, role);
  }

  async revokeKey(name: string): Promise<void> {
    await withApiKeyStore(this.databaseUrl, (store) => store.revoke(name));
  }

  /** Of the GraphQL endpoint of the balancer. */
  get url(): string {
    return this.balancer.url;
  }

  /** @param url of a server, or of the balancer */
  post(url: string, query: string, variables: Variables = {}, key = this.key): Promise<Response> {
    return fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headersOf(key) },
      body: JSON.stringify({ query, variables }),
    });
  }

  /** The answer of a server, or that none came: then nobody knows whether the request was done. */
  async send(url: string, query: string, variables?: Variables): Promise<FleetAnswer | 'lost'> {
    const response = await this.post(url, query, variables).catch(() => null);
    if (response === null || response.status === 502) return 'lost';
    const text = await response.text().catch(() => null);
    return text === null ? 'lost' : (JSON.parse(text) as FleetAnswer);
  }

  /** Sends what is expected to succeed. @throws where it does not */
  async ask<Data>(url: string, query: string, variables?: Variables): Promise<Data> {
    const answer = await this.send(url, query, variables);
    if (answer === 'lost' || answer.errors !== undefined) throw new Error(JSON.stringify(answer));
    return answer.data as Data;
  }

  /** Starts as many as are missing of three. */
  async complete(): Promise<void> {
    const missing = Array.from({ length: 3 - this.servers.length }, () =>
      startServerProgram({ cwd: this.cwd, env: this.env }),
    );
    for (const server of await Promise.all(missing)) {
      this.servers.push(server);
      this.balancer.add(server.url);
    }
  }

  /** Ends a server without a chance to do anything about it. */
  async kill(server: ServerProgram): Promise<void> {
    server.process.kill('SIGKILL');
    await server.finished;
    this.forget(server);
  }

  /** Asks a server to stop, as an orchestrator does, and waits until it has. */
  async stop(server: ServerProgram): Promise<Finished> {
    const finished = await server.stop();
    this.forget(server);
    return finished;
  }

  connectSocket(url = this.url, key = this.key): Client {
    const socket = connectSocket(url, undefined, headersOf(key));
    this.sockets.push(socket);
    return socket;
  }

  /** Opens a socket and asks nothing over it. */
  holdSocket(url: string, key: string): Promise<{ readonly closed: Promise<SocketEnd> }> {
    return holdSocket(url, headersOf(key));
  }

  async close(): Promise<void> {
    await Promise.all(this.sockets.map((socket) => Promise.resolve(socket.dispose()).catch(() => undefined)));
    await this.balancer.close();
    await Promise.all([...this.servers].map((server) => this.stop(server)));
  }

  private forget(server: ServerProgram): void {
    this.servers.splice(this.servers.indexOf(server), 1);
    this.balancer.remove(server.url);
  }
}
