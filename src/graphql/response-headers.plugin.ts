import type { ApolloServerPlugin } from '@apollo/server';
import { DOCUMENT_LIMIT_CODES } from '../common/domain-error.js';

/** What is wrong with a request that is well-formed as HTTP. */
const FAULTS_OF_THE_DOCUMENT: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
  ...DOCUMENT_LIMIT_CODES,
]);

/** Whether the client asks for the media type of old, and not for the one that came with the specification. */
const wantsPlainJson = (accept: string | undefined): boolean =>
  accept !== undefined &&
  /\bapplication\/json\b/i.test(accept) &&
  !/\bapplication\/graphql-response\+json\b/i.test(accept);

/**
 * Answers 200 where a document is wrong and the client accepts `application/json`: with that media type, a status of
 * 400 or more says that the answer may be from somebody who knows no GraphQL, such as a proxy. (GraphQL over HTTP,
 * section 6.4.1) Clients that name no media type keep the 400 that they know.
 *
 * Nobody keeps an answer: it is about people, and the next one may be another.
 */
export const responseHeadPlugin: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ request, response: { body, http } }) => {
        http.headers.set('cache-control', 'no-store');
        const errors = body.kind === 'single' ? (body.singleResult.errors ?? []) : [];
        const isOfTheDocument =
          errors.length > 0 && errors.every(({ extensions }) => FAULTS_OF_THE_DOCUMENT.has(extensions?.code));
        if (http.status === 400 && isOfTheDocument && wantsPlainJson(request.http?.headers.get('accept'))) {
          http.status = 200;
        }
        return Promise.resolve();
      },
    }),
};
