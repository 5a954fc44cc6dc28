import type { ApolloServerPlugin } from '@apollo/server';
import { currentRequest, setInContext } from '../common/request-context.js';
import { operationEnded } from './errors-and-events.js';

const MAX_NAME_LENGTH = 64;

/** The grammar only allows word characters in a name, but any length. */
export const shownName = (name: string | null | undefined): string | null =>
  name?.slice(0, MAX_NAME_LENGTH) ?? null;

/**
 * Publishes the outcome of each HTTP operation. It uses `willSendResponse`, since compiled queries skip the
 * execution hooks.
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
        if (request !== undefined) setInContext(request, { operation: ended });
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
