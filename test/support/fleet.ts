import type { Client } from 'graphql-ws';
import { withApiKeyStore } from '../../src/access/api-key-store.js';
import type { Role } from '../../src/common/caller.js';
import { LoadBalancer } from './load-balancer.js';
import { type Finished, type ServerProgram, startServerProgram } from './program.js';
import { connectSocket, holdSocket, type SocketEnd } from './websocket.js';

/** The load balancer checks health ten times in this period. */
const SHUTDOWN_DELAY_MS = 1_000;

/** Disables rate limits, unless a test is about them. */
const NO_RATE_LIMITS = {
  RATE_LIMIT_PER_MINUTE: '0',
  RATE_LIMIT_WRITES_PER_MINUTE: '0',
  RATE_LIMIT_SUMMARIES_PER_MINUTE: '0',
  RATE_LIMIT_BULK_PER_MINUTE: '0',
  RATE_LIMIT_AUTH_FAILURES_PER_MINUTE: '0',
};

type Variables = Readonly<Record<string, unknown>>;

/** Headers for HTTP, and connection parameters for WebSocket. */
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

/** Three production servers on one database, behind a load balancer. */
export class Fleet {
  private readonly sockets: Client[] = [];

  private constructor(
    readonly balancer: LoadBalancer,
    /** The running servers. A server that was killed or stopped is removed until another replaces it. */
    readonly servers: ServerProgram[],
    /** The API key of an admin. */
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

  /** The GraphQL endpoint of the load balancer. */
  get url(): string {
    return this.balancer.url;
  }

  /** @param url of a server, or of the load balancer */
  post(url: string, query: string, variables: Variables = {}, key = this.key): Promise<Response> {
    return fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headersOf(key) },
      body: JSON.stringify({ query, variables }),
    });
  }

  /** @param url of a server @param path such as `/imports` */
  postForm(url: string, path: string, body: FormData): Promise<Response> {
    return fetch(new URL(path, url), { method: 'POST', headers: headersOf(this.key), body });
  }

  /**
   * Returns the response; `lost` if there was none, so that it is unknown whether the request was executed.
   */
  async send(url: string, query: string, variables?: Variables): Promise<FleetAnswer | 'lost'> {
    const response = await this.post(url, query, variables).catch(() => null);
    if (response === null || response.status === 502) return 'lost';
    const text = await response.text().catch(() => null);
    return text === null ? 'lost' : (JSON.parse(text) as FleetAnswer);
  }

  /** Sends a document that must succeed. @throws if it fails */
  async ask<Data>(url: string, query: string, variables?: Variables): Promise<Data> {
    const answer = await this.send(url, query, variables);
    if (answer === 'lost' || answer.errors !== undefined) throw new Error(JSON.stringify(answer));
    return answer.data as Data;
  }

  /** Starts as many servers as are missing of three. */
  async complete(): Promise<void> {
    const missing = Array.from({ length: 3 - this.servers.length }, () =>
      startServerProgram({ cwd: this.cwd, env: this.env }),
    );
    for (const server of await Promise.all(missing)) {
      this.servers.push(server);
      this.balancer.add(server.url);
    }
  }

  /** Kills a server with SIGKILL. */
  async kill(server: ServerProgram): Promise<void> {
    server.process.kill('SIGKILL');
    await server.finished;
    this.forget(server);
  }

  /** Requests a stop like an orchestrator, and waits until the server has stopped. */
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

  /** Opens a socket without sending operations. */
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
