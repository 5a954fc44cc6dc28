import { GraphQLScalarType } from 'graphql';

export const dateTime = new GraphQLScalarType({
  name: 'DateTime',
  serialize: (value) => (value as Date).toISOString(),
});
