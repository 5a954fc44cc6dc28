import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { currentRequest, setInContext } from '../../common/request-context.js';
import { toDomainError } from '../../database/database-errors.js';
import { formatError } from '../format-error.js';
import { httpStatusOf } from '../http-status.js';
import { writeAnswer } from './answer-writer.js';

/** Writes large HTTP responses, and replaces a response that does not fit in memory by an error. */
export const answerWriterPlugin: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ operation, response: { body, http } }) => {
        const request = currentRequest();
        if (body.kind !== 'single' || request?.memory === undefined) return Promise.resolve();
        try {
          const answer = writeAnswer(body.singleResult, request.memory, operation?.operation);
          setInContext(request, { answer });
        } catch (failure) {
          const error = toDomainError(failure);
          if (error === null) throw failure;
          body.singleResult = { errors: [formatError(new GraphQLError(error.message).toJSON(), error)] };
          const { status, headers } = httpStatusOf(error);
          http.status = status;
          for (const [name, value] of Object.entries(headers)) http.headers.set(name, value);
        }
        return Promise.resolve();
      },
    }),
};

/** Returns an empty text if the response is already written, since `sendWrittenAnswers` sends it. */
export const stringifyResult = (result: object): string =>
  currentRequest()?.answer === undefined ? JSON.stringify(result) : '';
