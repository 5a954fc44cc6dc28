import { Extensions } from '@nestjs/graphql';
import type { GraphQLField } from 'graphql';

/** Of mutations that are counted apart: `summary` asks a model, `bulk` works on all leads. */
export type RateGroup = 'summary' | 'bulk';

/** The argument of a list that says how many items it has. */
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

/** Declares how many items a list without pages counts as, for the cost of a query. */
export const AssumedSize = (assumedSize: number) => Extensions({ assumedSize });

/**
 * Declares that an argument says how many items a list has, for the cost of a query.
 * @param standard without the argument @param max at most
 */
export const SizedBy = (argument: string, { standard, max }: Omit<SizeArgument, 'argument'>) =>
  Extensions({ sizedBy: { argument, standard, max } });

/**
 * Declares that a list without pages has rows of a table, of all parents together at most as many as its limit allows.
 * @param table whose limit and size the endpoint knows
 */
export const ListOf = (table: string) => Extensions({ listOf: table });

/** Declares how many objects a field counts as by itself, beside those in its answer. */
export const Costs = (cost: number) => Extensions({ cost });

/** Declares that a mutation counts against a stricter rate limit than that of writes. */
export const RateLimited = (rateGroup: RateGroup) => Extensions({ rateGroup });

export const extensionsOf = (field: GraphQLField<unknown, unknown>): FieldExtensions => field.extensions;
