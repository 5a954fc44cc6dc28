import {
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  type OperationDefinitionNode,
} from 'graphql';
import { highestOf, type Role } from '../common/caller.js';
import { fragmentsOf, selectionFold } from '../common/selection-fold.js';
import { namedRole } from './allowed-to.js';

/** The access that an operation needs. */
export interface NeededAccess {
  /** Null: no role is needed, such as for `__typename`. */
  readonly role: Role | null;
  /** Fields without a role, which no caller may use. */
  readonly closedFields: readonly string[];
  /** Whether the operation contains fields that only a federation router may use. */
  readonly needsRouter: boolean;
}

/**
 * The root fields of a subgraph, with the role that each needs. Entities contain the same records as other
 * queries. The schema (`_service`) is for the router only and needs no role.
 */
const ROUTER_FIELDS: ReadonlyMap<string, Role | null> = new Map([
  ['_service', null],
  ['_entities', 'viewer'],
]);

/** The role that a field of an object type needs; undefined if neither the field nor its type has one. */
export function roleOfField(type: GraphQLObjectType, fieldName: string): Role | undefined {
  const field = type.getFields()[fieldName];
  const roles = [namedRole(type), field === undefined ? null : namedRole(field)];
  return field === undefined ? undefined : (highestOf(roles.filter((role) => role !== null)) ?? undefined);
}

/**
 * Collects the access that an operation needs. Fields count even if a directive may skip them. For a field of
 * an interface, all types that implement it count. A field of an unknown type is closed.
 */
export function neededAccess(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): NeededAccess {
  const roles = new Set<Role>();
  const closedFields = new Set<string>();
  let needsRouter = false;

  const addRoles = (name: string, parent: GraphQLNamedType | undefined) => {
    if (parent === undefined) closedFields.add(name);
    const types = isAbstractType(parent) ? schema.getPossibleTypes(parent) : [parent].filter(isObjectType);
    for (const type of types) {
      const role = roleOfField(type, name);
      if (role === undefined) closedFields.add(`${type.name}.${name}`);
      else roles.add(role);
    }
  };
  const collect = selectionFold<void>({
    fragments: fragmentsOf(document),
    schema,
    field: ({ node, parent }, below) => {
      const name = node.name.value;
      if (name === '__typename') return;
      const isOfQuery = parent === schema.getQueryType();
      // Apollo answers these only if introspection is enabled.
      if (isOfQuery && (name === '__schema' || name === '__type')) return;
      const routerRole = isOfQuery ? ROUTER_FIELDS.get(name) : undefined;
      if (routerRole === undefined) {
        addRoles(name, parent);
      } else {
        needsRouter = true;
        if (routerRole !== null) roles.add(routerRole);
        if (name === '_service') return;
      }
      below();
    },
    combine: () => undefined,
  });
  collect(operation.selectionSet, schema.getRootType(operation.operation));
  return { role: highestOf([...roles]), closedFields: [...closedFields], needsRouter };
}
