import net, { type AddressInfo } from 'node:net';

/** Between server and database; it can be closed, cut and frozen as a network can. */
export interface Network {
  readonly url: string;
  /** Refuses connections and cuts those there are. */
  cut(): Promise<void>;
  /** Passes nothing on, and says nothing. */
  freeze(): void;
  mend(): Promise<void>;
}

export async function startNetwork(databaseUrl: string): Promise<Network> {
  const target = new URL(databaseUrl);
  const sockets = new Set<net.Socket>();
  let isFrozen = false;
  const proxy = net.createServer((near) => {
    const far = net.connect({ host: target.hostname, port: Number(target.port) });
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
    cut: async () => {
      const closed = new Promise((resolve) => proxy.close(resolve));
      destroyAll();
      await closed;
    },
    freeze: () => {
      isFrozen = true;
    },
    mend: async () => {
      if (isFrozen) destroyAll();
      isFrozen = false;
      if (!proxy.listening) await listen(port);
    },
  };
}
