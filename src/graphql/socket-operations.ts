import {
  type DocumentNode,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  OperationTypeNode,
  parse,
  specifiedRules,
  subscribe,
  validate,
} from 'graphql';
import type { AccessCheck } from '../access/check-access.js';
import type { Caller } from '../common/caller.js';
import { type RequestContext, requestIdOf, withRequest } from '../common/request-context.js';
import type { OpenRequests } from '../common/request-deadline.js';
import type { AnswerAdmission } from './answers/answer-admission.js';
import { checkAnswer } from './answers/answer-writer.js';
import { MAX_ERRORS } from './error-limits.js';
import type { DocumentLimits } from './limits/document-limits.js';
import { memoryOfDocument, memoryOfValue } from './limits/memory-estimates.js';
import { errorOfVariables, withoutForbiddenNulls } from './limits/incoming-variables.js';
import type { OperationRates } from './limits/operation-rates.js';
import type { OpenOperation, OpenOperations } from './open-operations.js';
import { analysisOf } from './operation-analysis.js';

/** The payload of a `subscribe` message. */
export interface SocketPayload {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: Readonly<Record<string, unknown>> | null;
}

/** The GraphQL context of an operation over WebSocket. */
export interface SocketOperationContext {
  readonly request: RequestContext;
  /** Ends the operation in the count of open operations. */
  readonly end: () => void;
}

/** The origin of an operation. */
export interface SocketSource {
  /** The id that the client has chosen for the operation. */
  readonly id: string;
  readonly socket: object;
  /** The key by which the operation is counted if the caller is unknown. */
  readonly address: string;
}

/** The dependencies of `SocketOperations`. */
export interface SocketOperationsOptions {
  readonly schema: () => GraphQLSchema;
  readonly access: AccessCheck;
  readonly limits: DocumentLimits;
  readonly rates: OperationRates;
  readonly admission: AnswerAdmission;
  readonly open: OpenOperations;
  /** Start the timeout of each query and mutation. A subscription has none. */
  readonly openRequests: OpenRequests;
  readonly environment: 'development' | 'production';
}

type Events = AsyncGenerator<ExecutionResult, void, void>;

/**
 * Executes operations over WebSocket as Apollo Server does over HTTP: parsed, validated and executed in a
 * request context of their own. By default, graphql-ws closes the socket if a document cannot be parsed, and
 * it has no limits.
 */
export class SocketOperations {
  constructor(private readonly options: SocketOperationsOptions) {}

  /** Creates the request context and starts its timeout. `read` must follow. */
  begin(caller: Caller | undefined): RequestContext {
    return { id: requestIdOf(undefined), caller, deadline: this.options.openRequests.begin() };
  }

  /** `execute` or `subscribe` must follow unless errors are returned: they end the operation. */
  async read(
    payload: SocketPayload,
    request: RequestContext,
    { id, socket, address }: SocketSource,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const key = request.caller?.key ?? `address:${address}`;
    let open: OpenOperation;
    try {
      open = this.options.open.begin(socket, key, memoryOfValue([id, payload]));
    } catch (error) {
      request.deadline?.close(false);
      return [wrapped(error as Error)];
    }
    const read = await withRequest(request, () => this.checked(payload, request, key, open));
    if (!('schema' in read)) {
      open.end();
      request.deadline?.close(false);
      return read;
    }
    const context: SocketOperationContext = {
      request: isSubscription(read) ? endless(request) : request,
      end: open.end,
    };
    return { ...read, contextValue: context };
  }

  readonly execute = async (args: ExecutionArgs): Promise<ExecutionResult> => {
    const { request, end } = args.contextValue as SocketOperationContext;
    try {
      const result = await withRequest(request, () => execute(args));
      checkAnswer(result, request.memory, typeOf(args));
      return result;
    } catch (error) {
      return { errors: [new GraphQLError((error as Error).message, { originalError: error as Error })] };
    } finally {
      end();
      request.deadline?.close(false);
    }
  };

  readonly subscribe = async (args: ExecutionArgs): Promise<ExecutionResult | Events> => {
    const { request, end } = args.contextValue as SocketOperationContext;
    try {
      const result = await withRequest(request, () => subscribe(args));
      if (Symbol.asyncIterator in result) return withinRequest(result, request, end);
      end();
      return result;
    } catch (error) {
      end();
      throw error;
    }
  };

  private async checked(
    payload: SocketPayload,
    request: RequestContext,
    key: string,
    open: OpenOperation,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const { access, rates, limits, admission } = this.options;
    try {
      await rates.countRequest(key);
      const read = this.parsed(payload);
      if (!('schema' in read)) return read;
      const { schema, document, operationName } = read;
      open.grow(memoryOfDocument(document));
      const operation = getOperationAST(document, operationName);
      if (operation == null) return [new GraphQLError('Unable to identify operation')];
      const violation = access.violationOf(schema, document, operation, request);
      if (violation !== null) return [violation];
      const variables = withoutForbiddenNulls(schema, document, operation, payload.variables);
      const incoming = { schema, document, operation, variables };
      limits.check(incoming);
      const error = errorOfVariables(schema, operation, variables);
      if (error !== null) return [error];
      const { mutations } = analysisOf(schema, document, operation);
      if (mutations !== null) await rates.countMutations(key, mutations);
      await admission.admit(incoming, request);
      return { ...read, variableValues: variables };
    } catch (error) {
      return [wrapped(error as Error)];
    }
  }

  private parsed({ query, operationName }: SocketPayload): ExecutionArgs | readonly GraphQLError[] {
    const { limits, environment } = this.options;
    const schema = this.options.schema();
    let document: DocumentNode;
    try {
      document = parse(query, limits.parseOptions);
    } catch (error) {
      return [unparsed(error as Error)];
    }
    const rules = [
      ...specifiedRules,
      ...(environment === 'production' ? [NoSchemaIntrospectionCustomRule] : []),
      limits.rule,
    ];
    const validationErrors = validate(schema, document, rules, { maxErrors: MAX_ERRORS });
    return validationErrors.length > 0 ? validationErrors : { schema, document, operationName };
  }
}

const typeOf = ({ document, operationName }: ExecutionArgs): OperationTypeNode | undefined =>
  getOperationAST(document, operationName)?.operation;

const isSubscription = (args: ExecutionArgs): boolean => typeOf(args) === OperationTypeNode.SUBSCRIPTION;

function endless({ deadline, ...request }: RequestContext): RequestContext {
  deadline?.close(false);
  return request;
}

const wrapped = (error: Error): GraphQLError => new GraphQLError(error.message, { originalError: error });

/**
 * Resolves each event in the context of the request that waits for it, not in that of the publisher.
 * @param end called when the client wants no more events, or there are no more
 */
function withinRequest(events: Events, request: RequestContext, end: () => void): Events {
  const next = async () => {
    let hasEnded = true;
    try {
      const event = await withRequest(request, () => events.next());
      hasEnded = event.done === true;
      return event;
    } finally {
      if (hasEnded) end();
    }
  };
  const endWith = (work: () => ReturnType<Events['next']>) => {
    end();
    return withRequest(request, work);
  };
  const counted: Pick<Events, 'next' | 'return' | 'throw' | typeof Symbol.asyncIterator> = {
    next,
    return: (value) => endWith(() => events.return(value)),
    throw: (error) => endWith(() => events.throw(error)),
    [Symbol.asyncIterator]: () => counted,
  };
  return counted;
}

function unparsed(error: Error): GraphQLError {
  const { source, positions } = error instanceof GraphQLError ? error : {};
  return new GraphQLError(error.message, {
    source,
    positions,
    originalError: error,
    extensions: { code: 'GRAPHQL_PARSE_FAILED' },
  });
}
