import net, { type AddressInfo } from 'node:net';
import pg from 'pg';

/**
 * The parameters that each pooled session reports. The pooler keeps their values separately for each client.
 */
const TRACKED = new Set(['client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings']);

const STARTUP_PARAMETERS = new Set(['user', 'database', 'application_name', ...TRACKED]);

const AUTHENTICATION_OK = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]);
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);
const IDLE = 'I'.charCodeAt(0);

/** A stand-in for PgBouncer in transaction mode. */
export interface TransactionPooler {
  readonly url: string;
  /** Routes new transactions to another database. */
  redirect(databaseUrl: string): Promise<void>;
  close(): Promise<void>;
}

/** Splits a stream into complete protocol messages. */
class Messages {
  private received = Buffer.alloc(0);

  constructor(private readonly onMessage: (type: number, message: Buffer) => void) {}

  add(chunk: Buffer): void {
    this.received = Buffer.concat([this.received, chunk]);
    while (this.received.length >= 5) {
      const length = 1 + this.received.readInt32BE(1);
      if (this.received.length < length) return;
      const message = this.received.subarray(0, length);
      this.received = this.received.subarray(length);
      this.onMessage(message[0] ?? 0, message);
    }
  }
}

const frame = (type: string, ...texts: string[]): Buffer => {
  const body = Buffer.concat(texts.map((text) => Buffer.from(`${text}\0`)));
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};

/** Properties of the driver that its types lack. */
interface DriverConnection {
  readonly stream: net.Socket;
  on(
    event: 'parameterStatus',
    listener: (message: { parameterName: string; parameterValue: string }) => void,
  ): void;
}

/** A connection to PostgreSQL, which serves one transaction of a client at a time. */
class Server {
  client: Client | null = null;
  private isPreparing = false;
  private waiting: Buffer[] = [];

  private constructor(
    readonly socket: net.Socket,
    readonly parameters: Map<string, string>,
    private readonly onIdle: (server: Server) => void,
  ) {
    const messages = new Messages((type, message) => {
      this.receive(type, message);
    });
    socket.on('data', (chunk: Buffer) => {
      messages.add(chunk);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.client?.socket.destroy();
    });
  }

  /** The driver authenticates; afterwards the pooler uses its socket. */
  static async connect(url: string, onIdle: (server: Server) => void): Promise<Server> {
    const driver = new pg.Client(url);
    driver.on('error', () => undefined);
    const { connection } = driver as unknown as { connection: DriverConnection };
    const parameters = new Map<string, string>();
    connection.on('parameterStatus', ({ parameterName, parameterValue }) => {
      parameters.set(parameterName, parameterValue);
    });
    await driver.connect();
    connection.stream.removeAllListeners('data');
    return new Server(connection.stream, parameters, onIdle);
  }

  lend(client: Client): void {
    this.client = client;
    const wanted = [...client.parameters].filter(([name, value]) => this.parameters.get(name) !== value);
    if (wanted.length === 0) return;
    this.isPreparing = true;
    this.socket.write(frame('Q', wanted.map(([name, value]) => `SET ${name} = '${value}'`).join(';')));
  }

  send(message: Buffer): void {
    if (this.isPreparing) this.waiting.push(message);
    else this.socket.write(message);
  }

  private receive(type: number, message: Buffer): void {
    if (type === 'S'.charCodeAt(0)) {
      const [name = '', value = ''] = message.subarray(5).toString().split('\0');
      this.parameters.set(name, value);
      if (TRACKED.has(name) && !this.isPreparing) this.client?.parameters.set(name, value);
    }
    const isReady = type === 'Z'.charCodeAt(0);
    if (this.isPreparing) {
      if (!isReady) return;
      this.isPreparing = false;
      for (const waiting of this.waiting.splice(0)) this.socket.write(waiting);
      return;
    }
    this.client?.socket.write(message);
    if (isReady && message[5] === IDLE) {
      this.client?.letGo();
      this.client = null;
      this.onIdle(this);
    }
  }
}

class Client {
  readonly parameters: Map<string, string>;
  private server: Server | null = null;
  private pending: Buffer[] = [];
  private hasStarted = false;

  constructor(
    readonly socket: net.Socket,
    private readonly welcome: ReadonlyMap<string, string>,
    private readonly acquire: (client: Client) => void,
  ) {
    this.parameters = new Map([...welcome].filter(([name]) => TRACKED.has(name)));
    const messages = new Messages((type, message) => {
      if (type === 'X'.charCodeAt(0)) socket.end();
      else this.forward(message);
    });
    socket.on('data', (chunk: Buffer) => {
      if (this.hasStarted) messages.add(chunk);
      else this.start(chunk);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => this.server?.socket.destroy());
  }

  serve(server: Server): void {
    this.server = server;
    server.lend(this);
    for (const message of this.pending.splice(0)) server.send(message);
  }

  letGo(): void {
    this.server = null;
  }

  private start(chunk: Buffer): void {
    const fields = chunk.subarray(8).toString().split('\0');
    const unknown = fields.find((name, at) => at % 2 === 0 && name !== '' && !STARTUP_PARAMETERS.has(name));
    if (unknown !== undefined) {
      const message = `Munsupported startup parameter: ${unknown}`;
      this.socket.end(frame('E', 'SFATAL', 'C08P01', message, ''));
      return;
    }
    this.hasStarted = true;
    const parameters = [...this.welcome].map(([name, value]) => frame('S', name, value));
    this.socket.write(Buffer.concat([AUTHENTICATION_OK, ...parameters, READY]));
  }

  private forward(message: Buffer): void {
    if (this.server !== null) {
      this.server.send(message);
      return;
    }
    this.pending.push(message);
    if (this.pending.length === 1) this.acquire(this);
  }
}

/** @param size the maximum number of connections to PostgreSQL */
export async function startTransactionPooler(databaseUrl: string, size = 4): Promise<TransactionPooler> {
  let target = databaseUrl;
  let idle: Server[] = [];
  const servers = new Set<Server>();
  const waiting: Client[] = [];
  const onIdle = (server: Server) => {
    const next = waiting.shift();
    if (next === undefined) idle.push(server);
    else next.serve(server);
  };
  const forget = (server: Server) => {
    servers.delete(server);
    idle = idle.filter((other) => other !== server);
  };
  const acquire = (client: Client) => {
    const server = idle.pop();
    if (server !== undefined) client.serve(server);
    else if (servers.size < size) void connect().then(onIdle, () => client.socket.destroy());
    if (server === undefined) waiting.push(client);
  };
  const connect = async () => {
    const server = await Server.connect(target, onIdle);
    servers.add(server);
    server.socket.on('close', () => {
      forget(server);
    });
    return server;
  };
  const closeAll = async () => {
    const closed = [...servers].map(
      ({ socket }) => new Promise((resolve) => socket.once('close', resolve).destroy()),
    );
    await Promise.all(closed);
  };
  const first = await connect();
  const welcome = new Map(first.parameters);
  onIdle(first);
  const proxy = net.createServer({ noDelay: true }, (socket) => new Client(socket, welcome, acquire));
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.href,
    redirect: async (otherUrl) => {
      target = otherUrl;
      await closeAll();
    },
    close: async () => {
      proxy.close();
      await closeAll();
    },
  };
}
