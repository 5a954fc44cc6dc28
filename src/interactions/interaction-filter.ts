import { InvalidInputError } from '../common/domain-error.js';
import type { InteractionDirection, InteractionType } from './interaction-type.js';

/** Conditions on interactions, combined with AND. A condition that is null or absent does not apply. */
export interface InteractionFilter {
  /** One of these types. */
  readonly type?: readonly InteractionType[] | null;
  /** One of these directions; null matches an unknown direction. */
  readonly direction?: readonly (InteractionDirection | null)[] | null;
}

const MAX_VALUES = 10;

/**
 * Returns the same value for equivalent filters, regardless of the order of their lists. A filter without
 * conditions is null.
 * @throws BAD_USER_INPUT
 */
export function canonicalFilter(filter: InteractionFilter | null | undefined): InteractionFilter | null {
  const type = valuesOf('type', filter?.type);
  const direction = valuesOf('direction', filter?.direction);
  return type === null && direction === null ? null : { type, direction };
}

function valuesOf<Value>(name: string, values: readonly Value[] | null | undefined): Value[] | null {
  if (values == null) return null;
  if (values.length === 0 || values.length > MAX_VALUES) {
    throw new InvalidInputError(`filter.${name} must have 1 to ${MAX_VALUES} values.`);
  }
  return [...new Set(values)].sort();
}
