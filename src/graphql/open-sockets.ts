/** The part of a WebSocket that this class uses. */
interface Closable {
  close(code: number, reason: string): void;
  once(event: 'close', listener: () => void): unknown;
}

const GOING_AWAY = 1001;

/** All open WebSockets, so that the server can close each with a reason. */
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
