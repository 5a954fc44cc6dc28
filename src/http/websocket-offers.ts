import { IncomingMessage } from 'node:http';
import { isWellFormedHost } from './reject-malformed-hosts.js';

const WEBSOCKET_PATH = '/graphql';

/** Whether the WebSocket server accepts an upgrade with this request. */
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
 * Accepts upgrades only for a WebSocket at /graphql. By default, Node.js passes every upgrade to the
 * WebSocket server, for any path and any protocol. RFC 9110 (7.8) lets a server ignore an upgrade: the
 * request is then an ordinary one.
 */
export class UpgradeAwareRequest extends IncomingMessage {
  declare private hasUpgradeOffer: boolean | null;

  /**
   * The parser of Node.js sets this from the headers, and reads it to decide if the connection is upgraded.
   */
  get upgrade(): boolean | null {
    if (this.hasUpgradeOffer !== true) return this.hasUpgradeOffer;
    // Node.js closes a CONNECT connection by itself if the server has no listener for it.
    return this.method === 'CONNECT' || isForWebSocketServer(this);
  }

  set upgrade(hasOffer: boolean | null) {
    this.hasUpgradeOffer = hasOffer;
  }
}
