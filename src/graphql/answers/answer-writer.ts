import type { FastifyInstance } from 'fastify';
import { type FormattedExecutionResult, OperationTypeNode } from 'graphql';
import type { MemoryReservation } from '../../common/answer-memory.js';
import type { RequestContext } from '../../common/request-context.js';
import { jsonPieces } from './json-pieces.js';

/** How much JSON goes into one buffer. */
const BUFFER_LENGTH = 65_536;

/**
 * Writes a large answer as JSON, outside the heap.
 * @param memory of the answer, which accounts for every buffer
 * @returns undefined if the answer is small
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
  // In the order in which Apollo Server writes small ones.
  for (const piece of jsonPieces({ errors, data, extensions })) {
    text += piece;
    if (text.length >= BUFFER_LENGTH) flush();
  }
  flush();
  // By then nothing refers to the result any more.
  setImmediate(() => {
    memory.keepJson();
  });
  return { buffers, bytes };
}

/** In text that one string has to hold, each byte takes this much until it is sent. */
const BYTES_IN_STRING = 5;

/**
 * Accounts for an answer that somebody else writes, as one text.
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
 * Nothing is sent of an answer that could not be read whole. A mutation has been done by then, so its answer keeps what
 * could be read.
 */
function throwIfUnread({ error }: MemoryReservation, operation: OperationTypeNode | undefined): void {
  if (error !== null && operation !== OperationTypeNode.MUTATION) throw error;
}

/** Sends answers that have been written as buffers. */
export function sendWrittenAnswers(server: FastifyInstance): void {
  server.addHook('onSend', (request, reply, payload, done) => {
    const { answer } = request.work;
    if (answer === undefined) {
      done(null, payload);
      return;
    }
    void reply.header('content-length', answer.bytes);
    // One buffer and no stream: Fastify throws outside of any request if a stream fails before its first byte is sent.
    done(null, Buffer.concat(answer.buffers, answer.bytes));
  });
}
