import { type GraphQLSchema, isObjectType } from 'graphql';

/** What Nest gives every field that has no resolver of its own, and which does what GraphQL does without any. */
const TRIVIAL = 'rootFieldResolver';

/**
 * Takes resolvers that only read a property off a schema. GraphQL reads properties itself, and a compiled query without
 * a call: of a page of leads, that is nine fields of ten.
 */
export function removeTrivialResolvers(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    for (const field of Object.values(type.getFields())) {
      if (field.resolve?.name === TRIVIAL) field.resolve = undefined;
    }
  }
  return schema;
}
