import { Extensions } from '@nestjs/graphql';
import { isRole, type Role } from '../common/caller.js';

/** Where the schema keeps the role, in `extensions`. */
const EXTENSION = 'allowedTo';

/**
 * Names the role that a caller needs: for all fields of a type, for a query, mutation or subscription, or for a field
 * that needs more than its type. What names none is reachable by nobody.
 */
export const AllowedTo = (role: Role): ClassDecorator & MethodDecorator & PropertyDecorator =>
  Extensions({ [EXTENSION]: role });

/** The role that a type or a field names itself. */
export function namedRole({ extensions }: { readonly extensions: object }): Role | null {
  const role: unknown = Object.hasOwn(extensions, EXTENSION)
    ? (extensions as Record<string, unknown>)[EXTENSION]
    : null;
  return isRole(role) ? role : null;
}
