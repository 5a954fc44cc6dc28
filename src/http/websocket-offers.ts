import { IncomingMessage } from 'node:http';
import { isWellFormedHost } from './host.js';

const WEBSOCKET_PATH = '/graphql';

/** Whether a request is one that the WebSocket server answers. */
function isForWebSocketServer({ method, url = '', headers, headersDistinct }: IncomingMessage): boolean {
  const hosts = headersDistinct.host ?? [];
  return (
    method === 'GET' &&
    url.split('?', 1)[0] === WEBSOCKET_PATH &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    hosts.length === 1 &&
    hosts.every(isWellFormedHost)
  );
}

/**
 * A request that leaves HTTP only for a WebSocket at /graphql. Node.js hands every offer of an upgrade to the WebSocket server
 * otherwise, on any path and to any protocol. RFC 9110 (7.8) lets a server ignore an offer: the request is then an ordinary one.
 */
export class UpgradeAwareRequest extends IncomingMessage {
  declare private hasUpgradeOffer: boolean | null;

  /** Set by the parser of Node.js from the headers, and read to find out whether the connection leaves HTTP. */
  get upgrade(): boolean | null {
    if (this.hasUpgradeOffer !== true) return this.hasUpgradeOffer;
    // Without a listener for CONNECT, Node.js closes the connection.
    return this.method === 'CONNECT' || isForWebSocketServer(this);
  }

  set upgrade(hasOffer: boolean | null) {
    this.hasUpgradeOffer = hasOffer;
  }
}
