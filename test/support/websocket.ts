import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export interface SocketAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
}

/** A graphql-ws client. If an origin is given, it sends it like a browser. */
export function connectSocket(
  httpUrl: string,
  origin?: string,
  connectionParams: Readonly<Record<string, string>> = {},
): Client {
  class SocketOfOrigin extends WebSocket {
    constructor(address: string, protocols: string | string[]) {
      super(address, protocols, origin === undefined ? {} : { origin });
    }
  }
  return createClient({
    url: httpUrl.replace(/^http/, 'ws'),
    webSocketImpl: SocketOfOrigin,
    connectionParams,
    retryAttempts: 0,
    lazy: true,
  });
}

/** Returns the results of an operation until it ends. */
export function answersTo(
  client: Client,
  query: string,
  variables?: Readonly<Record<string, unknown>>,
): AsyncIterableIterator<SocketAnswer> {
  return client.iterate({ query, variables }) as AsyncIterableIterator<SocketAnswer>;
}

export interface SocketEnd {
  readonly code: number;
  readonly reason: string;
}

/** Opens a socket without sending operations. @returns its close event, after the acknowledgement */
export function holdSocket(
  httpUrl: string,
  connectionParams: Readonly<Record<string, string>>,
): Promise<{ readonly closed: Promise<SocketEnd> }> {
  return new Promise((resolve, reject) => {
    const closed = new Promise<SocketEnd>((onClosed) => {
      createClient({
        url: httpUrl.replace(/^http/, 'ws'),
        webSocketImpl: WebSocket,
        connectionParams,
        retryAttempts: 0,
        lazy: false,
        onNonLazyError: reject,
        on: {
          connected: () => {
            resolve({ closed });
          },
          closed: (event) => {
            const { code, reason } = event as SocketEnd;
            onClosed({ code, reason });
          },
        },
      });
    });
  });
}
