import { Extensions } from '@nestjs/graphql';
import type { GraphQLField } from 'graphql';

/** Mutations with a stricter rate limit: `summary` calls a model, `bulk` processes all leads. */
export type RateGroup = 'summary' | 'bulk';

/** The argument of a list that determines its number of items. */
export interface SizeArgument {
  readonly argument: string;
  readonly standard: number;
  readonly max: number;
}

interface FieldExtensions {
  readonly assumedSize?: number;
  readonly sizedBy?: SizeArgument;
  readonly listOf?: string;
  readonly cost?: number;
  readonly rateGroup?: RateGroup;
}

/** Declares the assumed number of items of a list without pages, for the cost of a query. */
export const AssumedSize = (assumedSize: number) => Extensions({ assumedSize });

/**
 * Declares the argument that determines the number of items of a list, for the cost of a query.
 * @param standard number of items without the argument @param max maximum number of items
 */
export const SizedBy = (argument: string, { standard, max }: Omit<SizeArgument, 'argument'>) =>
  Extensions({ sizedBy: { argument, standard, max } });

/**
 * Declares that a list without pages contains rows of a table. All parents together return at most the limit
 * of that list.
 * @param table name under which the endpoint knows the limit and the size
 */
export const ListOf = (table: string) => Extensions({ listOf: table });

/** Declares the surcharge of a field in objects, on top of the objects that it returns. */
export const Costs = (cost: number) => Extensions({ cost });

/** Declares that a mutation also counts against a stricter rate limit than that of writes. */
export const RateLimited = (rateGroup: RateGroup) => Extensions({ rateGroup });

export const extensionsOf = (field: GraphQLField<unknown, unknown>): FieldExtensions => field.extensions;
