import { type DocumentNode, getOperationAST } from 'graphql';
import { type Operation, type RequestContext, withRequest } from '../common/request-context.js';
import { operationEnded, websocketChanged } from './errors-and-events.js';
import { outcomeOf, shownName } from './operation-watch.plugin.js';

interface Running {
  name: Operation['name'];
  type: Operation['type'];
  outcome: string;
  readonly request: RequestContext;
  readonly begunAt: number;
}

/** Publishes events about WebSocket connections and their operations. */
export class WebSocketOperationTracker {
  private readonly sockets = new WeakMap<object, Map<string, Running>>();

  /** @param socket the context of the connection */
  onConnect(socket: object): void {
    this.sockets.set(socket, new Map());
    websocketChanged.publish({ change: 'opened' });
  }

  /** A connection that was not accepted is not in the map. */
  onDisconnect(socket: object): void {
    const running = this.sockets.get(socket);
    if (running === undefined) return;
    for (const id of [...running.keys()]) this.onEnd(socket, id);
    this.sockets.delete(socket);
    websocketChanged.publish({ change: 'closed' });
  }

  onBegin(socket: object, id: string, request: RequestContext): void {
    const begunAt = performance.now();
    this.sockets.get(socket)?.set(id, { name: null, type: null, outcome: 'OK', request, begunAt });
  }

  /** The context of a running operation; undefined: it has ended, or its socket was closed. */
  requestOf(socket: object, id: string): RequestContext | undefined {
    return this.sockets.get(socket)?.get(id)?.request;
  }

  /** Stores the name and type of the operation once its document is parsed. */
  onRead(socket: object, id: string, document: DocumentNode, operationName?: string | null): void {
    const operation = getOperationAST(document, operationName);
    const running = this.sockets.get(socket)?.get(id);
    if (running === undefined || operation == null) return;
    running.name = shownName(operation.name?.value);
    running.type = operation.operation;
  }

  /** The outcome of an operation is the code of its latest errors. */
  onErrors(socket: object, id: string, errors: Parameters<typeof outcomeOf>[0]): void {
    const running = this.sockets.get(socket)?.get(id);
    if (running !== undefined) running.outcome = outcomeOf(errors);
  }

  onEnd(socket: object, id: string): void {
    const running = this.sockets.get(socket);
    const ended = running?.get(id);
    if (ended === undefined) return;
    running?.delete(id);
    ended.request.memory?.release();
    const { begunAt, request, ...operation } = ended;
    const durationMs = Math.round(performance.now() - begunAt);
    withRequest(request, () => {
      operationEnded.publish({ ...operation, durationMs, transport: 'websocket' });
    });
  }
}
