import { HeaderMap } from '@apollo/server';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { GraphQLError } from 'graphql';
import { includesRole } from '../common/caller.js';
import type { RequestContext } from '../common/request-context.js';
import { neededAccess, type NeededAccess } from './needed-access.js';

/** The same for missing and for invalid credentials, so that callers do not learn why one was rejected. */
export const UNAUTHENTICATED_MESSAGE =
  'This takes an API key or a token that is valid, in the header Authorization: Bearer ….';

/** Authorizes whole operations before they are executed. */
export class AccessCheck {
  /** Cached by operation, since the same document object is executed many times. */
  private readonly known = new WeakMap<OperationDefinitionNode, NeededAccess>();

  /** @returns the error of an operation that is not allowed; null if it is allowed */
  refusalOf(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    request: RequestContext | undefined,
  ): GraphQLError | null {
    let needed = this.known.get(operation);
    if (needed === undefined) {
      needed = neededAccess(schema, document, operation);
      this.known.set(operation, needed);
    }
    return authorizationErrorOf(needed, request);
  }
}

function authorizationErrorOf(
  { role, closedFields, needsRouter }: NeededAccess,
  request: RequestContext | undefined,
): GraphQLError | null {
  const caller = request?.caller;
  const isFromRouter = request?.isFromRouter === true;
  if (closedFields.length > 0) {
    if (caller === undefined) return unauthenticated();
    return forbidden(`Nobody may reach ${closedFields.join(', ')}: no role is named there.`);
  }
  if (needsRouter && isFromRouter && role === null) return null;
  if (caller === undefined) return unauthenticated();
  if (needsRouter && !isFromRouter) {
    return forbidden('Only the federation router may ask for _service and _entities.');
  }
  if (caller.role === null) return forbidden('The caller has none of the roles viewer, rep and admin.');
  if (role === null || includesRole(caller.role, role)) return null;
  return forbidden(`This takes the role ${role}; the caller has the role ${caller.role}.`);
}

function unauthenticated(): GraphQLError {
  const headers = new HeaderMap();
  headers.set('www-authenticate', 'Bearer');
  // Apollo expects its own HeaderMap, but another package declares a different type for `extensions.http`.
  const http: object = { status: 401, headers };
  return new GraphQLError(UNAUTHENTICATED_MESSAGE, { extensions: { code: 'UNAUTHENTICATED', http } });
}

const forbidden = (message: string) =>
  new GraphQLError(message, { extensions: { code: 'FORBIDDEN', http: { status: 403 } } });
