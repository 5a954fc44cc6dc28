import { HeaderMap } from '@apollo/server';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { GraphQLError } from 'graphql';
import { includesRole } from '../common/caller.js';
import type { RequestContext } from '../common/request-context.js';
import { neededAccess, type NeededAccess } from './needed-access.js';

/** Who has not said who they are, or not so that it could be believed, learns nothing about why. */
export const UNAUTHENTICATED_MESSAGE =
  'This takes an API key or a token that is valid, in the header Authorization: Bearer ….';

/** Checks whole operations, before any of them is executed. */
export class AccessCheck {
  /** Documents come again and again, as the same object. */
  private readonly known = new WeakMap<OperationDefinitionNode, NeededAccess>();

  /** @returns why the operation is refused; null: it is not */
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
  // Apollo's own kind of headers, which others have declared to be something else.
  const http: object = { status: 401, headers };
  return new GraphQLError(UNAUTHENTICATED_MESSAGE, { extensions: { code: 'UNAUTHENTICATED', http } });
}

const forbidden = (message: string) =>
  new GraphQLError(message, { extensions: { code: 'FORBIDDEN', http: { status: 403 } } });
