import type { Socket } from 'node:net';

/**
 * Runs work for the client of an operation. Its signal is aborted if the client disconnects first. Over
 * WebSocket it is never aborted: clients end an operation with an explicit message.
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
