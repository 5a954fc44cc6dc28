import type { Type } from '@nestjs/common';
import { TypeMetadataStorage } from '@nestjs/graphql';

/**
 * Declares the arguments of a field whose resolver takes the parameters of GraphQL: parent, arguments,
 * context. Nest calls a resolver without parameter decorators directly. Through Nest's pipes, a call takes
 * about twenty promises, fifty times for a field of fifty leads. Without pipes, only the types of the
 * arguments are validated; the service validates the rest.
 */
export function FieldArgs(type: () => Type): MethodDecorator {
  return ({ constructor: target }, methodName) => {
    TypeMetadataStorage.addMethodParamMetadata({
      kind: 'args',
      target,
      methodName: String(methodName),
      typeFn: type,
      options: {},
      index: 0,
    });
  };
}
