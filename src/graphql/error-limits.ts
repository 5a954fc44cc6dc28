import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';

/** Maximum number of errors in one response. */
export const MAX_ERRORS = 10;

/** A longer message keeps its start and its end, which contains the reason in messages of GraphQL. */
const MESSAGE_START = 200;
const MESSAGE_END = 150;

/** Messages of GraphQL and of HTTP quote the input. A response repeats only a short part of it. */
export function shortMessage(message: string): string {
  if (message.length <= MESSAGE_START + MESSAGE_END) return message;
  return `${message.slice(0, MESSAGE_START)} … ${message.slice(-MESSAGE_END)}`.toWellFormed();
}

/** Keeps the first errors, and replaces the rest by one that contains their number. */
export function firstErrors(errors: readonly GraphQLFormattedError[]): readonly GraphQLFormattedError[] {
  const [next] = errors.slice(MAX_ERRORS - 1);
  if (next === undefined || errors.length <= MAX_ERRORS) return errors;
  const omittedCount = errors.length - MAX_ERRORS + 1;
  return [
    ...errors.slice(0, MAX_ERRORS - 1),
    { message: `${omittedCount} more errors are not listed.`, extensions: next.extensions },
  ];
}

/** Limits the errors in HTTP responses. */
export const errorLimitsPlugin: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ response: { body } }) => {
        if (body.kind === 'single' && body.singleResult.errors !== undefined) {
          body.singleResult.errors = firstErrors(body.singleResult.errors);
        }
        return Promise.resolve();
      },
    }),
};
