import type { Socket } from 'node:net';

/**
 * Does work for the caller of an operation, with a signal that is aborted where the caller goes away before it is
 * done. Over a WebSocket, where nobody goes without saying so, it never is.
 * @param context of the operation
 */
export async function withClientAbortSignal<Result>(
  context: object,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const caller = new AbortController();
  const socket = socketOf(context);
  const onClose = () => {
    caller.abort();
  };
  socket?.once('close', onClose);
  try {
    return await work(caller.signal);
  } finally {
    socket?.off('close', onClose);
  }
}

function socketOf(context: { req?: { raw?: { socket?: Socket } } }): Socket | undefined {
  return context.req?.raw?.socket;
}
