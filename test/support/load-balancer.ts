import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

const HEALTH_INTERVAL_MS = 100;
const HEALTH_LIMIT_MS = 2_000;

/** A server behind the load balancer. */
interface Target {
  readonly port: number;
  isUp: boolean;
  servedCount: number;
  readonly sockets: Set<Duplex>;
}

/**
 * A round-robin load balancer for several servers. It polls /health/ready, and passes a request to the next
 * server if the first cannot be reached. A request that a server has received is never repeated, because it
 * may have been executed.
 */
export class LoadBalancer {
  private readonly targets = new Map<string, Target>();
  private readonly server = createServer((incoming, outgoing) => void this.pass(incoming, outgoing));
  private readonly closing = new AbortController();
  private turn = 0;
  /**
   * Requests whose connection broke after a server had received them, so that it is unknown whether they were
   * executed.
   */
  brokenCount = 0;

  private constructor() {
    this.server.on('upgrade', (incoming: IncomingMessage, client: Duplex, head: Buffer) => {
      this.passSocket(incoming, client, head);
    });
    // A client that reuses its connection must not find it closed.
    this.server.keepAliveTimeout = 60_000;
  }

  static async start(): Promise<LoadBalancer> {
    const balancer = new LoadBalancer();
    await once(balancer.server.listen(0, '127.0.0.1'), 'listening');
    void balancer.watchHealth();
    return balancer;
  }

  /** The URL of the GraphQL endpoint. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/graphql`;
  }

  /** @param url the GraphQL endpoint of a server, which is assumed to be ready */
  add(url: string): void {
    const port = Number(new URL(url).port);
    this.targets.set(url, { port, isUp: true, servedCount: 0, sockets: new Set() });
  }

  remove(url: string): void {
    this.targets.delete(url);
  }

  /** The number of requests that a server has answered. */
  servedBy(url: string): number {
    return this.targets.get(url)?.servedCount ?? 0;
  }

  /** Closes all WebSockets, like the restart of a proxy. @returns their number */
  cutSockets(): number {
    const sockets = [...this.targets.values()].flatMap((target) => [...target.sockets]);
    for (const socket of sockets) socket.destroy();
    return sockets.length;
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.cutSockets();
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** Returns the ready servers in rotation, followed by the others, in case the health check was wrong. */
  private inTurn(): Target[] {
    const all = [...this.targets.values()];
    const start = this.turn++ % Math.max(1, all.length);
    const rotated = [...all.slice(start), ...all.slice(0, start)];
    return [...rotated.filter(({ isUp }) => isUp), ...rotated.filter(({ isUp }) => !isUp)];
  }

  private async pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    for (const target of this.inTurn()) {
      if (await this.handOver(target, incoming, body, outgoing)) return;
    }
    outgoing.writeHead(503).end();
  }

  /** @returns false if the server has not received the request, so that another can be tried */
  private handOver(
    target: Target,
    { method, url, headers }: IncomingMessage,
    body: Buffer,
    outgoing: ServerResponse,
  ): Promise<boolean> {
    return new Promise((resolve) => {
      // One connection per request: a stopping server may close a reused connection at the moment of use.
      const options = { port: target.port, host: '127.0.0.1', method, path: url, headers, agent: false };
      const passed = request(options, (answer) => {
        target.servedCount += 1;
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.on('error', () => outgoing.destroy()).pipe(outgoing);
        outgoing.on('close', () => {
          resolve(true);
        });
      });
      passed.on('error', ({ code }: NodeJS.ErrnoException) => {
        if (code === 'ECONNREFUSED') {
          target.isUp = false;
          resolve(false);
          return;
        }
        this.brokenCount += 1;
        if (outgoing.headersSent) outgoing.destroy();
        else outgoing.writeHead(502).end();
        resolve(true);
      });
      passed.end(body);
    });
  }

  private passSocket(incoming: IncomingMessage, client: Duplex, head: Buffer): void {
    const [target, ...others] = this.inTurn();
    if (target === undefined) {
      client.destroy();
      return;
    }
    this.passSocketTo([target, ...others], incoming, client, head);
  }

  private passSocketTo(
    [target, ...others]: readonly Target[],
    incoming: IncomingMessage,
    client: Duplex,
    head: Buffer,
  ): void {
    if (target === undefined) {
      client.destroy();
      return;
    }
    const server: Socket = connect(target.port, '127.0.0.1');
    const onRefused = () => {
      this.passSocketTo(others, incoming, client, head);
    };
    server.once('error', onRefused);
    server.once('connect', () => {
      server.off('error', onRefused);
      target.sockets.add(client);
      const lines = incoming.rawHeaders.flatMap((name, index, all) =>
        index % 2 === 0 ? [`${name}: ${all[index + 1] ?? ''}`] : [],
      );
      server.write(`GET ${incoming.url ?? '/'} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      server.write(head);
      server.pipe(client).pipe(server);
      const end = () => {
        target.sockets.delete(client);
        server.destroy();
        client.destroy();
      };
      for (const side of [server, client]) side.on('error', end).on('close', end);
    });
  }

  private async watchHealth(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      await Promise.all([...this.targets.values()].map((target) => this.lookAt(target)));
      await sleep(HEALTH_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async lookAt(target: Target): Promise<void> {
    const signal = AbortSignal.any([this.closing.signal, AbortSignal.timeout(HEALTH_LIMIT_MS)]);
    const url = `http://127.0.0.1:${target.port}/health/ready`;
    const answer = await fetch(url, { signal }).catch(() => null);
    await answer?.body?.cancel();
    target.isUp = answer?.ok ?? false;
  }
}
