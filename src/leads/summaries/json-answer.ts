import type { z } from 'zod';
import { withoutReasoning } from './reasoning.js';

/** The object that a model was asked for, or what is wrong with its answer, in words for the model. */
export type JsonAnswer<Value> =
  { readonly value: Value; readonly fault?: undefined } | { readonly fault: string };

/** An answer with more objects than this is not looked at: it would take long, and could not be unambiguous. */
const MAX_OBJECTS = 20;

/**
 * Reads the one JSON object that fits a schema. Blocks of reasoning do not count. Prose or a fence may stand around the
 * object. Two different objects that fit are ambiguous, so neither is taken.
 */
export function readJsonAnswer<Value>(answer: string, schema: z.ZodType<Value>): JsonAnswer<Value> {
  const parsed = valuesIn(answer).map((value) => schema.safeParse(value));
  const fitting = new Map(
    parsed.flatMap(({ data, success }) => (success ? [[JSON.stringify(data), data] as const] : [])),
  );
  const [value] = fitting.values();
  if (fitting.size > 1) return { fault: 'it holds more than one JSON object of the schema' };
  if (value !== undefined) return { value };
  const error = parsed[0]?.error;
  if (error === undefined) return { fault: 'it is not JSON' };
  const path = error.issues[0]?.path.join('.') ?? '';
  return { fault: `it does not follow the schema at ${path === '' ? 'the top' : path}` };
}

/** Whether an answer holds at least one complete JSON object, and nothing in it is cut off. */
export const holdsJsonObject = (answer: string): boolean => valuesIn(answer).some(isObject);

/** The answer itself if all of it is JSON; else the objects in it that are not part of another value. */
function valuesIn(answer: string): unknown[] {
  const whole = parse(answer.trim());
  if (whole !== undefined) return [whole];
  const text = withoutReasoning(answer);
  return text === null ? [] : objectsIn(text);
}

/** Brackets and quotes; a backslash takes the character after it along. */
const TOKEN = /[{}[\]"]|\\[^]/g;

/** None if a bracket or a text within brackets has no end: the answer was cut off. */
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
