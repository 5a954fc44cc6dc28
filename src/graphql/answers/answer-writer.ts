import type { FastifyInstance } from 'fastify';
import { type FormattedExecutionResult, OperationTypeNode } from 'graphql';
import type { MemoryReservation } from '../../common/answer-memory.js';
import type { RequestContext } from '../../common/request-context.js';
import { jsonPieces } from './json-pieces.js';

/** Length of the JSON in one buffer. */
const BUFFER_LENGTH = 65_536;

/**
 * Writes a large response as JSON to buffers outside the heap.
 * @param memory the reservation of the response, which counts every buffer
 * @returns undefined if the response is small
 * @throws RESPONSE_TOO_LARGE; SERVER_OVERLOADED
 */
export function writeAnswer(
  { errors, data, extensions }: FormattedExecutionResult,
  memory: MemoryReservation,
  operation: OperationTypeNode | undefined,
): RequestContext['answer'] {
  throwIfUnread(memory, operation);
  if (!memory.isLarge || memory.error !== null) return undefined;
  const buffers: Buffer[] = [];
  let bytes = 0;
  let text = '';
  const flush = () => {
    const buffer = Buffer.from(text);
    memory.addJson(buffer.length);
    buffers.push(buffer);
    bytes += buffer.length;
    text = '';
  };
  // The same order as in small responses, which Apollo Server writes.
  for (const piece of jsonPieces({ errors, data, extensions })) {
    text += piece;
    if (text.length >= BUFFER_LENGTH) flush();
  }
  flush();
  // At that time nothing refers to the result object any more.
  setImmediate(() => {
    memory.keepJson();
  });
  return { buffers, bytes };
}

/** Memory per byte of JSON, until it is sent, if the whole text is one string. */
const BYTES_IN_STRING = 5;

/**
 * Counts the memory of a response that graphql-ws writes as one string.
 * @throws RESPONSE_TOO_LARGE; SERVER_OVERLOADED
 */
export function checkAnswer(
  answer: object,
  memory: MemoryReservation | undefined,
  operation: OperationTypeNode | undefined,
): void {
  if (memory === undefined) return;
  throwIfUnread(memory, operation);
  if (!memory.isLarge || memory.error !== null) return;
  for (const piece of jsonPieces(answer)) memory.addJson(piece.length * BYTES_IN_STRING);
}

/**
 * A response that could not be read completely is not sent. A mutation has already been executed, so its
 * response keeps the part that could be read.
 */
function throwIfUnread({ error }: MemoryReservation, operation: OperationTypeNode | undefined): void {
  if (error !== null && operation !== OperationTypeNode.MUTATION) throw error;
}

/** Sends responses that have been written to buffers. */
export function sendWrittenAnswers(server: FastifyInstance): void {
  server.addHook('onSend', (request, reply, payload, done) => {
    const { answer } = request.context;
    if (answer === undefined) {
      done(null, payload);
      return;
    }
    void reply.header('content-length', answer.bytes);
    // One buffer, not a stream: Fastify throws outside of any request if a stream fails before its first byte
    // is sent.
    done(null, Buffer.concat(answer.buffers, answer.bytes));
  });
}
