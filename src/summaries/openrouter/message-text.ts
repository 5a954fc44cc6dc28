import { z } from 'zod';

/** Types of content parts that contain reasoning instead of the answer. */
const REASONING = /think|thought|reason/i;

const partSchema = z.object({
  type: z.string().optional().catch(undefined),
  text: z.string().optional().catch(undefined),
  thought: z.boolean().optional().catch(undefined),
  refusal: z.string().optional().catch(undefined),
});

type Part = z.output<typeof partSchema>;

/**
 * Returns the text of a message, whose content is a string or a list of parts. Parts with reasoning are left
 * out.
 */
export const textOf = (content: unknown): string =>
  partsOf(content)
    .filter(({ type = '', thought = false }) => !thought && !REASONING.test(type))
    .map(({ text = '' }) => text)
    .join('');

/** Whether a part contains a refusal. */
export const hasRefusal = (content: unknown): boolean =>
  partsOf(content).some(({ refusal = '' }) => refusal.trim() !== '');

const partsOf = (content: unknown): Part[] => (Array.isArray(content) ? content : [content]).map(partOf);

function partOf(part: unknown): Part {
  return typeof part === 'string' ? { text: part } : (partSchema.safeParse(part).data ?? {});
}
