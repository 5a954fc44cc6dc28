import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import { DomainError } from '../../src/common/domain-error.js';
import type { OpenRouterSettings } from '../../src/config/settings.js';
import { OpenRouterClient } from '../../src/leads/summaries/openrouter/openrouter-client.js';
import { OpenRouterSummaryWriter } from '../../src/leads/summaries/openrouter/openrouter-summary-writer.js';
import type { ChatMessage } from '../../src/leads/summaries/summary-prompt.js';
import {
  answer,
  API_KEY,
  type OpenRouterStandIn,
  startOpenRouterStandIn,
  type Turn,
} from '../support/openrouter-stand-in.js';
import { summaryFacts } from '../support/summary-facts.js';

const MESSAGES: ChatMessage[] = [{ role: 'user', content: '{"name":"Ada","status":"new"}' }];
const DOWN: Turn = { status: 503, body: '' };

let server: OpenRouterStandIn;
beforeEach(async () => {
  server = await startOpenRouterStandIn();
});
afterEach(() => server.close());

const newClient = (settings: Partial<OpenRouterSettings> = {}) =>
  new OpenRouterClient(
    {
      apiKey: API_KEY,
      baseUrl: server.baseUrl,
      models: ['first/model'],
      attemptTimeoutMs: 5_000,
      totalTimeoutMs: 5_000,
      ...settings,
    },
    1,
  );

async function failureOf(call: Promise<unknown>): Promise<DomainError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('The call succeeded.');
}

const codeOf = async (call: Promise<unknown>) => (await failureOf(call)).code;
const repeated = (times: number, turn: Turn): Turn[] => Array.from({ length: times }, () => turn);

describe('what a call tells', () => {
  it('has the tokens, the cost, the generation and the attempts', async () => {
    server.play(DOWN);
    const { latencyMs, ...told } = await newClient().complete(MESSAGES);
    expect(told).toMatchObject({
      model: 'stand-in/model',
      generationId: 'gen-1',
      usage: { promptTokens: 100, completionTokens: 40, costUsd: 0.0001 },
      attempts: 2,
    });
    expect(Number.isInteger(latencyMs) && latencyMs >= 0).toBe(true);
  });

  it('takes a text with no usage, or a usage that makes no sense', async () => {
    const unknown = { promptTokens: null, completionTokens: null, costUsd: null };
    server.play(
      { body: { ...answer('All is well.'), usage: undefined } },
      { body: { ...answer('All is well.'), usage: { prompt_tokens: 'many', cost: -1 } } },
    );
    const client = newClient();
    expect((await client.complete(MESSAGES)).usage).toEqual(unknown);
    expect((await client.complete(MESSAGES)).usage).toEqual(unknown);
  });

  const FAILED: [string, Turn][] = [
    ['a status', { status: 400, body: { error: { code: 400, message: 'no' } } }],
    ['an error inside a 200', { body: { id: 'gen-1', error: { code: 400, message: 'no' } } }],
  ];
  it.each(FAILED)('has the status and the generation in the cause of %s', async (_, turn) => {
    server.play(turn);
    expect((await failureOf(newClient().complete(MESSAGES))).cause).toEqual({
      status: 400,
      generationId: 'gen-1',
      detail: 'the provider answered with an error',
    });
  });

  it('does not advise to try again where the request itself was refused', async () => {
    server.play({ status: 404, body: '' });
    expect((await failureOf(newClient().complete(MESSAGES))).message).toContain('did not accept the request');
    server.play(...repeated(3, DOWN));
    expect((await failureOf(newClient().complete(MESSAGES))).message).toContain('try again later');
  });

  it('tells a key that may not do this from a text that was flagged', async () => {
    const forbidden = (error: object): Turn => ({ status: 403, body: { error: { code: 403, ...error } } });
    server.play(
      forbidden({}),
      forbidden({ metadata: {} }),
      { status: 403, body: '<html>Forbidden</html>' },
      forbidden({ metadata: { reasons: ['violence'] } }),
    );
    const client = newClient();
    const codes: string[] = [];
    for (let i = 0; i < 4; i++) codes.push(await codeOf(client.complete(MESSAGES)));
    expect(codes).toEqual([
      'SUMMARY_PROVIDER_AUTH_FAILED',
      'SUMMARY_PROVIDER_AUTH_FAILED',
      'SUMMARY_PROVIDER_AUTH_FAILED',
      'SUMMARY_MODERATED',
    ]);
    expect(server.requests).toHaveLength(4);
  });
});

describe('the retries of a call', () => {
  const cut: Turn = { body: answer('Ada is', { finish_reason: 'length' }) };

  it('are two in all, also where the answer needs more room', async () => {
    server.play(DOWN, DOWN, cut, DOWN);
    expect(await codeOf(newClient().complete(MESSAGES))).toBe('SUMMARY_PROVIDER_UNAVAILABLE');
    expect(server.requests.map(({ body }) => body.max_completion_tokens)).toEqual([600, 600, 600, 1800]);
  });

  it('that are left are there for the larger try', async () => {
    server.play(DOWN, cut, DOWN);
    expect((await newClient().complete(MESSAGES)).attempts).toBe(4);
  });

  const ASKING: [string, Turn][] = [
    ['a status', { status: 429, headers: { 'retry-after': '1' }, body: '' }],
    ['an error inside a 200', { headers: { 'retry-after': '1' }, body: { error: { code: 429 } } }],
  ];
  it.each(ASKING)('wait as long as Retry-After beside %s says', async (_, turn) => {
    server.play(turn);
    await newClient().complete(MESSAGES);
    const [first, second] = server.requests;
    expect((second?.arrivedAt ?? 0) - (first?.arrivedAt ?? 0)).toBeGreaterThanOrEqual(950);
  });
});

describe('the time limits of a call', () => {
  it('let a slow answer through that comes in time', async () => {
    server.play({ delayMs: 100 });
    expect((await newClient().complete(MESSAGES)).attempts).toBe(1);
  });

  it('end one whose headers are too late', async () => {
    server.play({ delayMs: 1_000 });
    expect(await codeOf(newClient({ attemptTimeoutMs: 150 }).complete(MESSAGES))).toBe('SUMMARY_TIMED_OUT');
    expect(server.requests).toHaveLength(1);
  });

  it('are one for a summary and its repair', async () => {
    const writer = new OpenRouterSummaryWriter(newClient({ attemptTimeoutMs: 600, totalTimeoutMs: 600 }));
    server.play({ delayMs: 400, body: answer('# Ada') }, { delayMs: 400 });
    expect(await codeOf(writer.write(summaryFacts()))).toBe('SUMMARY_TIMED_OUT');
    expect(server.requests).toHaveLength(2);
  });

  it.each([
    ['a deadline that has passed', undefined, 0],
    ['a caller who is gone', AbortSignal.abort(), undefined],
  ])('send nothing for %s', async (_, signal, deadline) => {
    // The server may miss a request that is aborted at once, so that its count would prove nothing.
    const sent = jest.spyOn(globalThis, 'fetch');
    try {
      expect(await codeOf(newClient().complete(MESSAGES, signal, deadline))).toBe('SUMMARY_TIMED_OUT');
      expect(sent).not.toHaveBeenCalled();
    } finally {
      sent.mockRestore();
    }
  });
});

describe('many calls', () => {
  it('have at most eight requests under way', async () => {
    let underWay = 0;
    let most = 0;
    server.onRequest(async () => {
      most = Math.max(most, ++underWay);
      await setTimeout(30);
      underWay--;
    });
    const client = newClient();
    await Promise.all(Array.from({ length: 20 }, () => client.complete(MESSAGES)));
    expect(server.requests).toHaveLength(20);
    expect(most).toBe(8);
  });

  it('fail at once where too many wait already', async () => {
    server.play(...repeated(8, { misbehave: 'hang' }));
    const client = newClient();
    const callers = Array.from({ length: 108 }, () => new AbortController());
    const waiting = callers.map(({ signal }) => codeOf(client.complete(MESSAGES, signal)));
    const late = await failureOf(client.complete(MESSAGES));
    expect(late.code).toBe('SUMMARY_PROVIDER_UNAVAILABLE');
    expect(late.cause).toEqual({ detail: 'too many calls are waiting' });
    for (const caller of callers) caller.abort();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['SUMMARY_TIMED_OUT']));
  });
});
