import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readJsonAnswer } from '../../../src/summaries/json-answer.js';
import { endingOf } from '../../../src/summaries/openrouter/finish-reason.js';
import { withoutReasoning } from '../../../src/summaries/reasoning.js';
import { brokenTexts, draftText } from '../../support/openrouter-stand-in.js';
import { draftSchema } from '../../../src/summaries/summary-draft.js';

const schema = z.object({ a: z.number() });

describe('readJsonAnswer', () => {
  it.each([
    ['{"a":1}', 1],
    ['\ufeff {"a":1}\n', 1],
    ['It is {"a":1}.', 1],
    ['{not json} {"a":1} [1, {"a":2}]', 1],
    ['{"a":1} and again {"a": 1, "b": 2}', 1],
    ['Note: "}" then {"a":1,"b":"{\\"}["}', 1],
    ['<think>{"a":2}</think>{"a":1}', 1],
    ['<think>a <think>b</think> {"a":2}</think>{"a":1}', 1],
    ['{"a":2}</think>{"a":1}', 1],
    ['<|START_THINKING|>{"a":2}<|END_THINKING|>{"a":1}', 1],
  ])('finds the JSON in %j', (answer, value) => {
    expect(readJsonAnswer(answer, schema)).toEqual({ value: { a: value } });
  });

  it.each([
    ['', 'it is not JSON'],
    ['prose', 'it is not JSON'],
    ['{"a":1', 'it is not JSON'],
    ['{"a":1} {"b":', 'it is not JSON'],
    ['{"b":{"a":1}', 'it is not JSON'],
    ['{"b":{"a":1},}', 'it is not JSON'],
    ['<think>{"a":1}', 'it is not JSON'],
    ['Here: {"a":<think>x</think>1}', 'it is not JSON'],
    ['{"a":1} or {"a":2}', 'it contains more than one JSON object of the schema'],
    ['{"a":"1"}', 'it does not follow the schema at a'],
    ['Here: {"a":"1"}', 'it does not follow the schema at a'],
    ['[]', 'it does not follow the schema at the top'],
    ['"{\\"a\\":1}"', 'it does not follow the schema at the top'],
  ])('rejects %j: %s', (answer, violation) => {
    expect(readJsonAnswer(answer, schema)).toEqual({ violation });
  });

  it('takes time in proportion to the length of the answer', () => {
    const startedAt = performance.now();
    for (const piece of [
      '{',
      '[',
      '{}',
      '{"',
      '\\"',
      '"',
      '<think>',
      '</think>',
      '<think ',
      '<|channel|> ',
    ]) {
      readJsonAnswer(`x ${piece.repeat(1_000_000 / piece.length)}`, schema);
    }
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });
});

describe('reasoning', () => {
  it.each([
    ['a<think>b</think>c', 'a\u0000c'],
    ['b</think>c', 'c'],
    ['a<think>b', null],
    ['a < b and c > d', 'a < b and c > d'],
    ['<thinker>a</thinker>', '<thinker>a</thinker>'],
  ])('is removed from %j', (text, rest) => {
    expect(withoutReasoning(text)).toBe(rest);
  });
});

describe('the finish reason', () => {
  it.each([
    ['stop', 'complete'],
    ['End-Turn', 'complete'],
    ['eosFound', 'complete'],
    [undefined, 'complete'],
    [null, 'unsaid'],
    [' ', 'unsaid'],
    ['Max_Tokens', 'cut'],
    ['FINISH_REASON_MAX_TOKENS', 'cut'],
    ['SAFETY', 'filtered'],
    ['error', 'failed'],
    ['tool_calls', 'other'],
    ['constructor', 'other'],
    [1, 'other'],
  ])('%j means %s', (reason, ending) => {
    expect(endingOf(reason)).toBe(ending);
  });
});

it.each(brokenTexts(draftText()))('rejects %s', (_, text) => {
  expect(readJsonAnswer(text, draftSchema).violation).toBeDefined();
});
