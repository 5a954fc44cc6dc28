import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildASTSchema, type GraphQLSchema, parse } from 'graphql';

/** A difference between two schemas. */
export interface SchemaChange {
  /** Identifies the change. The same change between other versions has the same key. */
  readonly key: string;
  /** Readable text. */
  readonly message: string;
}

export interface SchemaChanges {
  /** Changes that may break existing requests, or the composition of a gateway. */
  readonly breaking: readonly SchemaChange[];
  /** Changes that clients may want to know: dangerous changes and deprecations. */
  readonly notable: readonly SchemaChange[];
}

/**
 * Returns the changes between two SDLs of the subgraph.
 * @throws GraphQLError if one of them is not valid SDL
 */
export async function compareSchemas(before: string, after: string): Promise<SchemaChanges> {
  const changes = await diff(schemaOf(before), schemaOf(after));
  const breaking = changes.filter((change) => isBreaking(change));
  const notable = changes.filter((change) => !isBreaking(change) && isNotable(change));
  return { breaking: breaking.map(toSchemaChange), notable: notable.map(toSchemaChange) };
}

/** The printed SDL of a subgraph does not define the directives of federation, so it is not validated. */
export const schemaOf = (sdl: string): GraphQLSchema => buildASTSchema(parse(sdl), { assumeValidSDL: true });

/**
 * Directives whose removal does not affect gateways: those of GraphQL itself, and `@link`, whose changes are
 * notable.
 */
const HARMLESS_TO_REMOVE = new Set(['deprecated', 'specifiedBy', 'oneOf', 'link']);

const isBreaking = ({ criticality, type, path }: Change): boolean =>
  criticality.level === CriticalityLevel.Breaking ||
  // The inspector does not support federation: without its @key, other subgraphs can no longer reference a
  // type.
  (/^DIRECTIVE_USAGE_.*REMOVED$/.test(String(type)) && !HARMLESS_TO_REMOVE.has(directiveIn(path)));

const isNotable = ({ criticality, type }: Change): boolean =>
  criticality.level === CriticalityLevel.Dangerous || /DEPRECATION(_REASON)?_ADDED$/.test(String(type));

const directiveIn = (path = ''): string => /\.@(\w+)/.exec(path)?.[1] ?? '';

const toSchemaChange = ({ type, path = '', message }: Change): SchemaChange => ({
  key: `${String(type)} ${path}`,
  message: directiveIn(path) === '' ? message : `${message} (${path})`,
});
