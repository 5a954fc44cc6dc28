/** What a WebSocket is to us. */
interface Closable {
  close(code: number, reason: string): void;
  once(event: 'close', listener: () => void): unknown;
}

const GOING_AWAY = 1001;

/** The WebSockets that are open, so that each is told why it is closed. */
export class OpenSockets {
  private readonly sockets = new Set<Closable>();

  add(socket: Closable): void {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
  }

  closeAll(reason: string): void {
    for (const socket of this.sockets) socket.close(GOING_AWAY, reason);
  }
}
