import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildASTSchema, type GraphQLSchema, parse } from 'graphql';

/** Something that one schema has and the other has not, or has otherwise. */
export interface SchemaChange {
  /** The same change between other versions has the same one. */
  readonly key: string;
  /** For people. */
  readonly message: string;
}

export interface SchemaChanges {
  /** Requests, or a gateway's composition, that worked before may fail now. */
  readonly breaking: readonly SchemaChange[];
  /** What clients may want to know of: what is dangerous, and what was deprecated. */
  readonly notable: readonly SchemaChange[];
}

/**
 * What changed from one SDL of the subgraph to the next.
 * @throws GraphQLError where one of them is no SDL
 */
export async function compareSchemas(before: string, after: string): Promise<SchemaChanges> {
  const changes = await diff(schemaOf(before), schemaOf(after));
  const breaking = changes.filter((change) => isBreaking(change));
  const notable = changes.filter((change) => !isBreaking(change) && isNotable(change));
  return { breaking: breaking.map(toSchemaChange), notable: notable.map(toSchemaChange) };
}

/** Directives of federation are used without a definition, which the printed SDL of a subgraph leaves out. */
export const schemaOf = (sdl: string): GraphQLSchema => buildASTSchema(parse(sdl), { assumeValidSDL: true });

/** Those whose removal concerns no gateway: GraphQL's own, and the version of federation, which is notable. */
const HARMLESS_TO_REMOVE = new Set(['deprecated', 'specifiedBy', 'oneOf', 'link']);

const isBreaking = ({ criticality, type, path }: Change): boolean =>
  criticality.level === CriticalityLevel.Breaking ||
  // The inspector knows no federation: without its @key a type can no longer be referred to by other subgraphs.
  (/^DIRECTIVE_USAGE_.*REMOVED$/.test(String(type)) && !HARMLESS_TO_REMOVE.has(directiveIn(path)));

const isNotable = ({ criticality, type }: Change): boolean =>
  criticality.level === CriticalityLevel.Dangerous || /DEPRECATION(_REASON)?_ADDED$/.test(String(type));

const directiveIn = (path = ''): string => /\.@(\w+)/.exec(path)?.[1] ?? '';

const toSchemaChange = ({ type, path = '', message }: Change): SchemaChange => ({
  key: `${String(type)} ${path}`,
  message: directiveIn(path) === '' ? message : `${message} (${path})`,
});
