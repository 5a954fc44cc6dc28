import type { ApolloServerPlugin } from '@apollo/server';
import { operationEnded } from '../common/events.js';
import { currentRequest } from '../common/request-context.js';

const MAX_NAME_LENGTH = 64;

/** By grammar a word, but as long as its client likes. */
export const shownName = (name: string | null | undefined): string | null =>
  name?.slice(0, MAX_NAME_LENGTH) ?? null;

/**
 * Tells how each operation over HTTP has ended, however it was answered: queries that are compiled pass by the hooks of
 * execution.
 */
export const operationWatchPlugin: ApolloServerPlugin = {
  requestDidStart: () => {
    const begunAt = performance.now();
    return Promise.resolve({
      willSendResponse: ({ operation, operationName, response: { body } }) => {
        const errors = body.kind === 'single' ? body.singleResult.errors : undefined;
        const ended = {
          name: operation === undefined ? null : shownName(operationName ?? operation.name?.value),
          type: operation?.operation ?? null,
          outcome: outcomeOf(errors),
        };
        const request = currentRequest();
        if (request !== undefined) request.operation = ended;
        operationEnded.publish({ ...ended, durationMs: performance.now() - begunAt, transport: 'http' });
        return Promise.resolve();
      },
    });
  },
};

/** `OK`, or the code of the first error. */
export function outcomeOf(
  errors: readonly { readonly extensions?: Readonly<Record<string, unknown>> }[] | undefined,
): string {
  const [first] = errors ?? [];
  if (first === undefined) return 'OK';
  const code = first.extensions?.code;
  return typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR';
}
