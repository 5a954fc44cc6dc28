import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { highestOf, type Role } from '../common/caller.js';
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
 * Collects the access that an operation needs from its document. Fields count even if a directive may skip
 * them. For a field of an interface, all types that implement it count.
 */
export function neededAccess(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): NeededAccess {
  const walk = new Walk(schema, document);
  const root = schema.getRootType(operation.operation);
  if (root != null) walk.enter(operation.selectionSet, root);
  return {
    role: highestOf([...walk.roles]),
    closedFields: [...walk.closedFields],
    needsRouter: walk.needsRouter,
  };
}

class Walk {
  readonly roles = new Set<Role>();
  readonly closedFields = new Set<string>();
  needsRouter = false;
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Each fragment is visited once, however often it is spread: nested fragments would multiply the work. */
  private readonly walkedFragments = new Set<string>();

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
  ) {
    const fragments = document.definitions.filter(
      (definition) => definition.kind === Kind.FRAGMENT_DEFINITION,
    );
    this.fragments = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
  }

  enter(set: SelectionSetNode, parent: GraphQLNamedType): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        this.enterField(selection.name.value, selection.selectionSet, parent);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        this.enter(selection.selectionSet, this.typeOf(selection.typeCondition?.name.value) ?? parent);
      } else {
        this.enterFragment(selection.name.value);
      }
    }
  }

  private enterFragment(name: string): void {
    const fragment = this.fragments.get(name);
    if (fragment === undefined || this.walkedFragments.has(name)) return;
    this.walkedFragments.add(name);
    const type = this.typeOf(fragment.typeCondition.name.value);
    if (type !== undefined) this.enter(fragment.selectionSet, type);
  }

  private enterField(name: string, set: SelectionSetNode | undefined, parent: GraphQLNamedType): void {
    if (name === '__typename') return;
    const isOfQuery = parent === this.schema.getQueryType();
    // Apollo answers these only if introspection is enabled.
    if (isOfQuery && (name === '__schema' || name === '__type')) return;
    const routerRole = isOfQuery ? ROUTER_FIELDS.get(name) : undefined;
    if (routerRole !== undefined) {
      this.needsRouter = true;
      if (routerRole !== null) this.roles.add(routerRole);
      if (name === '_service') return;
    } else {
      this.noteRoles(name, parent);
    }
    const field = 'getFields' in parent ? parent.getFields()[name] : undefined;
    if (set !== undefined && field !== undefined) this.enter(set, getNamedType(field.type));
  }

  private noteRoles(name: string, parent: GraphQLNamedType): void {
    for (const type of this.objectTypesOf(parent)) {
      const role = roleOfField(type, name);
      if (role === undefined) this.closedFields.add(`${type.name}.${name}`);
      else this.roles.add(role);
    }
  }

  private objectTypesOf(type: GraphQLNamedType): readonly GraphQLObjectType[] {
    if (isAbstractType(type)) return this.schema.getPossibleTypes(type);
    return isObjectType(type) ? [type] : [];
  }

  private typeOf(name: string | undefined): GraphQLNamedType | undefined {
    const type = name === undefined ? undefined : this.schema.getType(name);
    return isCompositeType(type) ? type : undefined;
  }
}
