import type { Client } from 'graphql-ws';
import { LoadBalancer } from './load-balancer.js';
import { type Finished, type ServerProgram, startServerProgram } from './program.js';
import { connectSocket } from './websocket.js';

/** What every request brings along, over HTTP and, as parameters of the connection, over WebSocket. */
const HEADERS: Readonly<Record<string, string>> = {};

export interface FleetAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: Readonly<Record<string, unknown>>;
  }[];
}

/** The answer of a server, or that none came: then nobody knows whether the request was done. */
export async function send(
  url: string,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<FleetAnswer | 'lost'> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...HEADERS },
    body: JSON.stringify({ query, variables }),
  }).catch(() => null);
  if (response === null || response.status === 502) return 'lost';
  const text = await response.text().catch(() => null);
  return text === null ? 'lost' : (JSON.parse(text) as FleetAnswer);
}

/** Sends what is expected to succeed. @throws where it does not */
export async function ask<Data>(
  url: string,
  query: string,
  variables?: Readonly<Record<string, unknown>>,
): Promise<Data> {
  const answer = await send(url, query, variables);
  if (answer === 'lost' || answer.errors !== undefined) throw new Error(JSON.stringify(answer));
  return answer.data as Data;
}

/** Three servers of production on one database, behind a balancer. */
export class Fleet {
  private readonly sockets: Client[] = [];

  private constructor(
    readonly balancer: LoadBalancer,
    /** Those that run; one that was killed or stopped is missing until another is started in its place. */
    readonly servers: ServerProgram[],
    private readonly cwd: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  static async start(databaseUrl: string, cwd: string, env: Record<string, string>): Promise<Fleet> {
    const all = {
      NODE_ENV: 'production',
      DATABASE_URL: databaseUrl,
      SUMMARY_PROVIDER: 'template',
      ...env,
    };
    const fleet = new Fleet(await LoadBalancer.start(), [], cwd, all);
    await fleet.complete();
    return fleet;
  }

  /** Of the GraphQL endpoint of the balancer. */
  get url(): string {
    return this.balancer.url;
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

  connectSocket(url = this.url): Client {
    const socket = connectSocket(url, undefined, HEADERS);
    this.sockets.push(socket);
    return socket;
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
