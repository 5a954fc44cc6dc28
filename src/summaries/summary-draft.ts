import { z } from 'zod';

/** Lengths in UTF-16 code units; `keyPoints` is a count. */
export const DRAFT_LIMITS = {
  headline: 160,
  summary: 1_200,
  keyPoint: 400,
  keyPoints: 5,
  nextStep: 400,
} as const;

/** The requested answer of a model. It cites interactions by aliases such as `I1`. */
export const draftSchema = z.object({
  headline: z.string(),
  summary: z.string(),
  keyPoints: z.array(z.object({ text: z.string(), interactions: z.array(z.string()) })),
  nextStep: z.string(),
});

export type SummaryDraft = z.output<typeof draftSchema>;

/**
 * Returns the same schema as JSON Schema, in the subset that providers accept in strict mode.
 * @param aliases that may be cited
 */
export function draftJsonSchema(aliases: readonly string[]): object {
  const text = (description: string) => ({ type: 'string', description });
  const object = (properties: Readonly<Record<string, object>>) => ({
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  });
  return object({
    headline: text('Who the lead is and where things stand, in one line of at most 12 words.'),
    summary: text('Two or three sentences of plain prose that name the lead.'),
    keyPoints: {
      type: 'array',
      description: `Up to ${DRAFT_LIMITS.keyPoints} facts that matter, each with the interactions that it rests on. Empty where there are no interactions.`,
      items: object({
        text: text('One sentence.'),
        interactions: {
          type: 'array',
          description: 'The ids of the interactions that say so, at least one.',
          // An empty enumeration is not valid in JSON Schema.
          items: aliases.length === 0 ? { type: 'string' } : { type: 'string', enum: aliases },
        },
      }),
    },
    nextStep: text('What the salesperson should do next, in one sentence.'),
  });
}
