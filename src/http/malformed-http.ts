import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { requestIdOf } from '../common/request-context.js';

interface Answer {
  readonly status: string;
  readonly message: string;
}

const ANSWERS: Readonly<Record<string, Answer>> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    message: 'The headers of the request are too large.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    message: 'The request took too long to arrive.',
  },
};

const NO_HTTP: Answer = { status: '400 Bad Request', message: 'The request is not valid HTTP/1.1.' };

/** Responds to malformed HTTP in the format of all other errors, if the connection is still writable. */
export function answerMalformedHttp(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET') return;
  const { status, message } = ANSWERS[error.code ?? ''] ?? NO_HTTP;
  endWithError(socket, status, message);
}

/** Writes an error response to a connection that has no response object, and ends the connection. */
export function endWithError(
  socket: Duplex,
  status: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (socket.destroyed || !socket.writable) return;
  const requestId = requestIdOf(undefined);
  const body = JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_REQUEST', requestId } }] });
  socket.end(
    [
      `HTTP/1.1 ${status}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${requestId}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
