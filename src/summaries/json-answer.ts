import type { z } from 'zod';
import { withoutReasoning } from './reasoning.js';

/** The requested object, or the error in the answer, as text for the model. */
export type JsonAnswer<Value> =
  { readonly value: Value; readonly violation?: undefined } | { readonly violation: string };

/** An answer with more objects is not parsed: it would take long, and is ambiguous. */
const MAX_OBJECTS = 20;

/**
 * Reads the single JSON object that matches a schema. Ignores blocks of reasoning, and prose or code fences
 * around the object. If two different objects match, the answer is ambiguous and rejected.
 */
export function readJsonAnswer<Value>(answer: string, schema: z.ZodType<Value>): JsonAnswer<Value> {
  const parsed = valuesIn(answer).map((value) => schema.safeParse(value));
  const fitting = new Map(
    parsed.flatMap(({ data, success }) => (success ? [[JSON.stringify(data), data] as const] : [])),
  );
  const [value] = fitting.values();
  if (fitting.size > 1) return { violation: 'it contains more than one JSON object of the schema' };
  if (value !== undefined) return { value };
  const error = parsed[0]?.error;
  if (error === undefined) return { violation: 'it is not JSON' };
  const path = error.issues[0]?.path.join('.') ?? '';
  return { violation: `it does not follow the schema at ${path === '' ? 'the top' : path}` };
}

/** Whether an answer contains at least one complete JSON object and is not truncated. */
export const containsJsonObject = (answer: string): boolean => valuesIn(answer).some(isObject);

/** Returns the answer if all of it is JSON; otherwise the top-level objects in it. */
function valuesIn(answer: string): unknown[] {
  const whole = parse(answer.trim());
  if (whole !== undefined) return [whole];
  const text = withoutReasoning(answer);
  return text === null ? [] : objectsIn(text);
}

/** Matches brackets and quotes. An escaped character is skipped together with its backslash. */
const TOKEN = /[{}[\]"]|\\[^]/g;

/** Returns none if a bracket or a string within brackets is not closed, because the answer was truncated. */
function objectsIn(text: string): unknown[] {
  const objects: unknown[] = [];
  let depth = 0;
  let start = 0;
  let isInText = false;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') {
      if (depth === 0) start = index;
      if (!isInText) depth += 1;
    } else if (depth === 0) {
      continue;
    } else if (token === '"') {
      isInText = !isInText;
    } else if (!isInText && (token === '}' || token === ']')) {
      depth -= 1;
      if (depth > 0) continue;
      const value = parse(text.slice(start, index + 1));
      if (isObject(value)) objects.push(value);
      if (objects.length > MAX_OBJECTS) return [];
    }
  }
  return depth > 0 ? [] : objects;
}

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
