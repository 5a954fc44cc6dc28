import { z } from 'zod';

/**
 * Values that a provider reports, if they can be stored and added up. An invalid value counts as unknown, and
 * never makes a valid answer fail.
 */

/** Larger than any answer. The sum of all answers to one call fits a 32-bit column. */
const MAX_TOKENS = 100_000_000;

/** In US dollars. An answer has at most 3,000 tokens, so a higher cost is an error of the provider. */
const MAX_COST_USD = 1_000;

/** Printable characters of any script: no control characters, no line breaks, no unpaired surrogates. */
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u;

const tokenCount = z.number().int().min(0).max(MAX_TOKENS).nullable().catch(null);

const costUsd = z.number().min(0).max(MAX_COST_USD).nullable().catch(null);

/** The name of a model, or the id of an answer. */
export const providerName = z.string().trim().regex(PRINTABLE).optional().catch(undefined);

const UNKNOWN = { prompt_tokens: null, completion_tokens: null, cost: null };

/** Undefined: the response reports no usage. */
export const usageSchema = z
  .object({ prompt_tokens: tokenCount, completion_tokens: tokenCount, cost: costUsd })
  .nullish()
  .transform((usage) => usage ?? undefined)
  .catch(UNKNOWN);

/** The error code inside a body, as a number or digits, if it is the HTTP status of an error. */
export const errorStatus = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{3}$/)
      .transform(Number),
  ])
  .pipe(z.number().int().min(400).max(599))
  .optional()
  .catch(undefined);
