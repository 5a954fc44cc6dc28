import { execute, type ExecutionArgs, type ExecutionResult, getOperationAST, subscribe } from 'graphql';
import { AccessCheck } from '../access/check-access.js';
import { type RequestContext, withRequest } from '../common/request-context.js';

/** Of an operation that came over a socket. */
export interface SocketOperationContext {
  readonly req: object;
  readonly request: RequestContext;
}

type Events = AsyncGenerator<ExecutionResult, void, void>;

/** How operations of sockets are carried out: checked as those over HTTP are, and within their request. */
export function checkedOperations() {
  const check = new AccessCheck();
  const refusalOf = ({ schema, document, operationName }: ExecutionArgs, request: RequestContext) => {
    const operation = getOperationAST(document, operationName);
    return operation == null ? null : check.refusalOf(schema, document, operation, request);
  };
  return {
    execute: (args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> => {
      const { request } = args.contextValue as SocketOperationContext;
      const refusal = refusalOf(args, request);
      if (refusal !== null) return { errors: [refusal] };
      return withRequest(request, () => execute(args));
    },
    subscribe: async (args: ExecutionArgs): Promise<ExecutionResult | Events> => {
      const { request } = args.contextValue as SocketOperationContext;
      const refusal = refusalOf(args, request);
      if (refusal !== null) return { errors: [refusal] };
      const result = await withRequest(request, () => subscribe(args));
      return Symbol.asyncIterator in result ? withinRequest(result, request) : result;
    },
  };
}

/** What is done for an event is done for the request that waits for it, not for whatever told of it. */
function withinRequest(events: Events, request: RequestContext): Events {
  const wrapped: Pick<Events, 'next' | 'return' | 'throw' | typeof Symbol.asyncIterator> = {
    next: () => withRequest(request, () => events.next()),
    return: (value) => withRequest(request, () => events.return(value)),
    throw: (error) => withRequest(request, () => events.throw(error)),
    [Symbol.asyncIterator]: () => wrapped as Events,
  };
  return wrapped as Events;
}
