import { GraphQLError, type GraphQLSchema, isUnionType } from 'graphql';

/**
 * Rejects entity representations that no gateway would send. The library does not validate them, and fails
 * with an internal error.
 */
export function withCheckedRepresentations(schema: GraphQLSchema): GraphQLSchema {
  const field = schema.getQueryType()?.getFields()._entities;
  const union = schema.getType('_Entity');
  const resolve = field?.resolve;
  if (field === undefined || resolve === undefined || !isUnionType(union)) return schema;
  const entities = new Set<unknown>(union.getTypes().map(({ name }) => name));
  field.resolve = (source, args: { readonly representations: readonly unknown[] }, context, info) => {
    if (!args.representations.every((one) => isRepresentation(one, entities))) {
      throw new GraphQLError('Each representation must be an object with the __typename of an entity.', {
        extensions: { code: 'BAD_USER_INPUT' },
      });
    }
    return resolve(source, args, context, info);
  };
  return schema;
}

const isRepresentation = (value: unknown, entities: ReadonlySet<unknown>): boolean =>
  typeof value === 'object' && value !== null && '__typename' in value && entities.has(value.__typename);
