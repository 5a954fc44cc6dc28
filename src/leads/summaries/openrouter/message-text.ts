import { z } from 'zod';

/** Kinds of parts that hold what a model thought, not what it answered. */
const REASONING = /think|thought|reason/i;

const partSchema = z.object({
  type: z.string().optional().catch(undefined),
  text: z.string().optional().catch(undefined),
  thought: z.boolean().optional().catch(undefined),
  refusal: z.string().optional().catch(undefined),
});

type Part = z.output<typeof partSchema>;

/** The text of a message, whose content is a string or parts. Parts with reasoning do not count. */
export const textOf = (content: unknown): string =>
  partsOf(content)
    .filter(({ type = '', thought = false }) => !thought && !REASONING.test(type))
    .map(({ text = '' }) => text)
    .join('');

/** Whether a part says that the model declines. */
export const hasRefusal = (content: unknown): boolean =>
  partsOf(content).some(({ refusal = '' }) => refusal.trim() !== '');

const partsOf = (content: unknown): Part[] => (Array.isArray(content) ? content : [content]).map(partOf);

function partOf(part: unknown): Part {
  return typeof part === 'string' ? { text: part } : (partSchema.safeParse(part).data ?? {});
}
