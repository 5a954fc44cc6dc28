import type { ApolloServerPlugin } from '@apollo/server';
import { DOCUMENT_LIMIT_CODES } from './errors-and-events.js';

/** Codes of errors in a request that is valid as HTTP. */
const DOCUMENT_ERRORS: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
  ...DOCUMENT_LIMIT_CODES,
]);

/**
 * Whether the client accepts the older media type, but not the one from the GraphQL over HTTP specification.
 */
const wantsPlainJson = (accept: string | undefined): boolean =>
  accept !== undefined &&
  /\bapplication\/json\b/i.test(accept) &&
  !/\bapplication\/graphql-response\+json\b/i.test(accept);

/**
 * Responds with 200 to an invalid document if the client accepts `application/json` only. With that media
 * type, a status of 400 or more may come from a server without GraphQL, such as a proxy. (GraphQL over HTTP,
 * section 6.4.1) Clients that send no Accept header still get 400.
 *
 * Responses contain personal data and change often, so they must not be cached.
 */
export const responseHeadersPlugin: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ request, response: { body, http } }) => {
        http.headers.set('cache-control', 'no-store');
        const errors = body.kind === 'single' ? (body.singleResult.errors ?? []) : [];
        const isOfTheDocument =
          errors.length > 0 && errors.every(({ extensions }) => DOCUMENT_ERRORS.has(extensions?.code));
        if (http.status === 400 && isOfTheDocument && wantsPlainJson(request.http?.headers.get('accept'))) {
          http.status = 200;
        }
        return Promise.resolve();
      },
    }),
};
