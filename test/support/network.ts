import net, { type AddressInfo } from 'node:net';

/** A proxy between server and database that can be cut and frozen like a network. */
export interface Network {
  readonly url: string;
  /** The number of open connections. */
  readonly connectionCount: number;
  /** Closes all connections and refuses new ones. */
  cut(): Promise<void>;
  /** Forwards nothing, without closing connections. */
  freeze(): void;
  mend(): Promise<void>;
  /** Closes new connections without forwarding their data, like a pooler without support for cancel requests. */
  dropNew(): void;
  /** Withholds the data of the next connection. */
  holdNext(): HeldConnection;
}

export interface HeldConnection {
  /** Resolves when the connection exists and has sent data. */
  readonly hasSent: Promise<void>;
  /** Resolves when the client has closed it. */
  readonly isGivenUp: Promise<void>;
  /** Forwards the data, and resolves when the database has closed the connection. */
  letGo(): Promise<void>;
}

export async function startNetwork(databaseUrl: string): Promise<Network> {
  const target = new URL(databaseUrl);
  const sockets = new Set<net.Socket>();
  let isFrozen = false;
  let isDropping = false;
  let holdNext: ((near: net.Socket) => void) | null = null;
  const proxy = net.createServer({ noDelay: true }, (near) => {
    if (isDropping) {
      near
        .on('error', () => undefined)
        .resume()
        .once('data', () => near.end());
      return;
    }
    if (holdNext !== null) {
      holdNext(near);
      holdNext = null;
      return;
    }
    const far = net.connect({ host: target.hostname, port: Number(target.port), noDelay: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => {
        if (!isFrozen) to.write(chunk);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        if (!isFrozen) to.destroy();
      });
    }
  });
  const listen = (port: number) => new Promise<void>((resolve) => proxy.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = proxy.address() as AddressInfo;
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    get connectionCount() {
      return sockets.size / 2;
    },
    cut: async () => {
      const closed = new Promise((resolve) => proxy.close(resolve));
      destroyAll();
      await closed;
    },
    freeze: () => {
      isFrozen = true;
    },
    dropNew: () => {
      isDropping = true;
    },
    holdNext: () => {
      let sent = Buffer.alloc(0);
      let giveUp: () => void;
      const isGivenUp = new Promise<void>((resolve) => (giveUp = resolve));
      const hasSent = new Promise<void>((resolve) => {
        holdNext = (near) => {
          near
            .on('close', giveUp)
            .on('error', () => undefined)
            .on('data', (chunk: Buffer) => {
              sent = Buffer.concat([sent, chunk]);
              resolve();
            });
        };
      });
      return {
        hasSent,
        isGivenUp,
        letGo: () =>
          new Promise((resolve) => {
            const far = net.connect({ host: target.hostname, port: Number(target.port) });
            far.on('close', () => {
              resolve();
            });
            far.resume().write(sent);
          }),
      };
    },
    mend: async () => {
      if (isFrozen) destroyAll();
      isFrozen = false;
      if (!proxy.listening) await listen(port);
    },
  };
}
