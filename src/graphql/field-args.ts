import type { Type } from '@nestjs/common';
import { TypeMetadataStorage } from '@nestjs/graphql';

/**
 * Declares the arguments of a field whose resolver takes what GraphQL passes: parent, arguments, context. Nest calls a
 * resolver without parameter decorators as it is; through its pipes a call takes some twenty promises, fifty times
 * over where a field of fifty leads is asked for. So such arguments know no rules beside their types: the service has them.
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
