import { draftSchema, type SummaryDraft } from './summary-draft.js';

/** The draft in the text of an answer: JSON, in a fence or not. What is wrong is said in words for the model. */
export function readDraft(
  answer: string,
): { readonly draft: SummaryDraft; readonly fault?: undefined } | { readonly fault: string } {
  const unwrapped = answer.trim().replace(/^```\w*\s*\n([\s\S]*?)\n?```$/, '$1');
  const json = parse(unwrapped);
  if (json === undefined) return { fault: 'it is not JSON' };
  const parsed = draftSchema.safeParse(json);
  if (parsed.success) return { draft: parsed.data };
  const path = parsed.error.issues[0]?.path.join('.') ?? '';
  return { fault: `it does not follow the schema at ${path === '' ? 'the top' : path}` };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
