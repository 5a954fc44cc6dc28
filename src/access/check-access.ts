import { HeaderMap } from '@apollo/server';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { GraphQLError } from 'graphql';
import { includesRole, type Role } from '../common/caller.js';
import type { RequestContext } from '../common/request-context.js';
import { neededAccess, type NeededAccess } from './needed-access.js';

/** The same for missing and for invalid credentials, so that callers do not learn why one was rejected. */
export const UNAUTHENTICATED_MESSAGE =
  'Requires a valid API key or token in the header Authorization: Bearer ….';

export const NO_ROLE_MESSAGE = 'The caller has none of the roles viewer, rep and admin.';

export const lackingRoleMessage = (needed: Role, role: Role): string =>
  `Requires the role ${needed}; the caller has ${role}.`;

/** Authorizes whole operations before they are executed. */
export class AccessCheck {
  /** @param neededBy returns the access that an operation needs; the endpoint passes a cached analysis */
  constructor(private readonly neededBy = neededAccess) {}

  /** @returns the error of an operation that is not allowed; null if it is allowed */
  violationOf(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    request: RequestContext | undefined,
  ): GraphQLError | null {
    return authorizationErrorOf(this.neededBy(schema, document, operation), request);
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
    return forbidden(`No caller may access ${closedFields.join(', ')}: no role is declared.`);
  }
  if (needsRouter && isFromRouter && role === null) return null;
  if (caller === undefined) return unauthenticated();
  if (needsRouter && !isFromRouter) {
    return forbidden('Only the federation router may query _service and _entities.');
  }
  if (caller.role === null) return forbidden(NO_ROLE_MESSAGE);
  if (role === null || includesRole(caller.role, role)) return null;
  return forbidden(lackingRoleMessage(role, caller.role));
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
