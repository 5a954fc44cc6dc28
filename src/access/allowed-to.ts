import { Extensions } from '@nestjs/graphql';
import { isRole, type Role } from '../common/caller.js';

/** The name in `extensions` under which the schema stores the role. */
const EXTENSION = 'allowedTo';

/**
 * Sets the role that a caller needs. It applies to all fields of a type, to a query, mutation or
 * subscription, or to a field that needs a higher role than its type. No caller can use a field without a
 * role, be it its own or that of its type.
 */
export const AllowedTo = (role: Role): ClassDecorator & MethodDecorator & PropertyDecorator =>
  Extensions({ [EXTENSION]: role });

/** The role that is set on the type or the field itself. */
export function namedRole({ extensions }: { readonly extensions: object }): Role | null {
  const role: unknown = Object.hasOwn(extensions, EXTENSION)
    ? (extensions as Record<string, unknown>)[EXTENSION]
    : null;
  return isRole(role) ? role : null;
}
