import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';

/** A self-signed certificate for a name that does not exist, valid from 2000 to 2120. */
export const ELSEWHERE_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBeDCCAR+gAwIBAgIBATAKBggqhkjOPQQDAjAcMRowGAYDVQQDDBFlbHNld2hl
cmUuZXhhbXBsZTAgFw0wMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowHDEa
MBgGA1UEAwwRZWxzZXdoZXJlLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMB
BwNCAARqRJob1LZluW4QGJifz4z4CczkNLyWs1s56x0YpKOwtgIsqDFuly9Y1fl0
Dj7OlSkH5pIy6+W2BqNz2p7OtjiHo1AwTjAcBgNVHREEFTATghFlbHNld2hlcmUu
ZXhhbXBsZTAPBgNVHRMBAf8EBTADAQH/MB0GA1UdDgQWBBSgx/vHtOWMGtd1WiOX
Mtggc+5//zAKBggqhkjOPQQDAgNHADBEAiAAsnO5Z/G5YJuXsLTwJ0sY8Qt1WhJ6
6sJCS3JJzc6IjQIgaq1k7GAxVsoMX2GkjIKXE4W0Ac4+8m4rsovA8oVAzO4=
-----END CERTIFICATE-----
`;

const ELSEWHERE_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9n/dCKovs/i4YWOp
s+HqDIlIhNyGxcZA2E4nGyS40ZyhRANCAARqRJob1LZluW4QGJifz4z4CczkNLyW
s1s56x0YpKOwtgIsqDFuly9Y1fl0Dj7OlSkH5pIy6+W2BqNz2p7OtjiH
-----END PRIVATE KEY-----
`;

export interface TlsServer {
  readonly port: number;
  close(): void;
}

/**
 * Starts a TLS server on loopback with a certificate for `elsewhere.example`, for HTTPS and PostgreSQL
 * clients. It never responds.
 */
export async function startTlsServer(): Promise<TlsServer> {
  const secureContext = createSecureContext({ key: ELSEWHERE_KEY, cert: ELSEWHERE_CERTIFICATE });
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.once('readable', () => {
      const first = socket.read() as Buffer | null;
      if (first === null) return;
      // The first message of PostgreSQL clients requests TLS and has 8 bytes.
      if (first.length === 8) socket.write('S');
      else socket.unshift(first);
      new TLSSocket(socket, { isServer: true, secureContext }).on('error', () => undefined);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
