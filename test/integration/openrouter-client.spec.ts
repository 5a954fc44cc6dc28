import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { now } from '../../src/common/clock.js';
import { DomainError } from '../../src/common/domain-error.js';
import type { OpenRouterSettings } from '../../src/config/summary-settings.js';
import { CallMeter } from '../../src/summaries/call-meter.js';
import type { ChatMessage, ChatRequest } from '../../src/summaries/chat-model.js';
import type { OpenRouterClient } from '../../src/summaries/openrouter/openrouter-client.js';
import { clientOf, writeWith } from '../support/model-writer.js';
import {
  answer,
  answerOfPython,
  answerWithUsage,
  type OpenRouterStandIn,
  startOpenRouterStandIn,
  type Turn,
} from '../support/openrouter-stand-in.js';
import { summaryFacts } from '../support/summary-facts.js';
import { until } from '../support/until.js';

const MESSAGES: ChatMessage[] = [{ role: 'user', content: '{"name":"Ada","status":"new"}' }];
const DOWN: Turn = { status: 503, body: '' };

let server: OpenRouterStandIn;
beforeEach(async () => {
  server = await startOpenRouterStandIn();
});
afterEach(() => server.close());

const newClient = (settings: Partial<OpenRouterSettings> = {}) => clientOf(server, settings);

async function complete(client: OpenRouterClient, request: Partial<ChatRequest> = {}) {
  const meter = new CallMeter();
  const text = await client.complete({
    messages: MESSAGES,
    answerSchema: { name: 'anything', schema: { type: 'object' } },
    meter,
    signal: new AbortController().signal,
    deadline: client.deadline(),
    ...request,
  });
  return { text, meter };
}

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

describe('the result of a call', () => {
  it('has the tokens, the cost, the generation and the attempts', async () => {
    server.play(DOWN);
    const { meter } = await complete(newClient());
    expect(meter).toMatchObject({
      model: 'stand-in/model',
      generationId: 'gen-1',
      promptTokens: 100,
      completionTokens: 40,
      costUsd: 0.0001,
      requestCount: 2,
    });
    expect(Number.isInteger(meter.latencyMs()) && meter.latencyMs() >= 0).toBe(true);
  });

  it('contains the text even if the usage is missing or invalid', async () => {
    const unknown = { promptTokens: null, completionTokens: null, costUsd: null, unpricedCount: 1 };
    server.play(
      { body: { ...answer('All is well.'), usage: undefined } },
      { body: { ...answer('All is well.'), usage: { prompt_tokens: 'many', cost: -1 } } },
    );
    const client = newClient();
    expect((await complete(client)).meter).toMatchObject(unknown);
    expect((await complete(client)).meter).toMatchObject(unknown);
  });

  const INVALID_COUNTS: unknown[] = [100.5, -1, 3e9, 1e308, '100', 'NaN', '', true, [], {}, null, undefined];
  const INVALID_COSTS: unknown[] = [-0.1, 1e308, 1e6, '0.0001', 'NaN', '', true, [], {}, null, undefined];

  it.each(INVALID_COUNTS)('has unknown tokens instead of %p, and keeps the rest', async (tokens) => {
    server.play(
      { body: answerWithUsage('Well.', { prompt_tokens: tokens, completion_tokens: 40, cost: 0.1 }) },
      { body: answerWithUsage('Well.', { prompt_tokens: 100, completion_tokens: tokens, cost: 0.1 }) },
    );
    const client = newClient();
    expect((await complete(client)).meter).toMatchObject({
      promptTokens: null,
      completionTokens: 40,
      costUsd: 0.1,
      unpricedCount: 0,
    });
    expect((await complete(client)).meter).toMatchObject({ promptTokens: 100, completionTokens: null });
  });

  it.each(INVALID_COSTS)('has an unknown cost instead of %p, and keeps the rest', async (cost) => {
    server.play({ body: answerWithUsage('Well.', { prompt_tokens: 100, completion_tokens: 40, cost }) });
    expect((await complete(newClient())).meter).toMatchObject({
      promptTokens: 100,
      completionTokens: 40,
      costUsd: null,
      unpricedCount: 1,
    });
  });

  it.each(['NaN', 'Infinity', '-Infinity'] as const)(
    'has an unknown cost instead of %s, which Python writes',
    async (cost) => {
      const text = 'Said "NaN" and \\ Infinity.';
      server.play({ body: answerOfPython(text, cost) });
      const { text: received, meter } = await complete(newClient());
      expect(received).toBe(text);
      expect(meter).toMatchObject({ promptTokens: 100, costUsd: null, unpricedCount: 1 });
    },
  );

  it('has an unknown total if a part is unknown, and the sum of the known parts', async () => {
    server.play(
      { body: answerWithUsage(null, { prompt_tokens: 1, completion_tokens: 1, cost: 0.25 }) },
      { body: answerWithUsage('Well.', { prompt_tokens: 1, completion_tokens: 1.5, cost: '?' }) },
    );
    expect((await complete(newClient())).meter).toMatchObject({
      promptTokens: 2,
      completionTokens: null,
      costUsd: null,
      knownCostUsd: 0.25,
      unpricedCount: 1,
    });
  });

  it('includes the cost of malformed responses', async () => {
    const { usage } = answer('') as { usage: object };
    server.play(
      { body: { usage, choices: 'none' } },
      { body: { usage, error: 'busy' } },
      { body: { error: { code: 502 } } },
    );
    const meter = new CallMeter();
    await failureOf(complete(newClient(), { meter }));
    // An error without usage is not billed.
    expect(meter).toMatchObject({ requestCount: 3, costUsd: 0.0002, unpricedCount: 0 });
  });

  it.each([
    '',
    ' ',
    'a\u0000b',
    'a\nb',
    'a\u001b[31mb',
    'a\u0085b',
    'a\u202eb',
    'a\u2028b',
    'a\ud800b',
    'x'.repeat(201),
    7,
    {},
    null,
  ])('has no model and no generation id instead of %p', async (name) => {
    server.play({
      body: { ...answer('Well.'), model: name, id: name },
      headers: { 'x-generation-id': `a\u0085${'x'.repeat(500)}` },
    });
    expect((await complete(newClient())).meter).toMatchObject({ model: null, generationId: null });
  });

  it('may have a model name in any script', async () => {
    server.play({ body: { ...answer('Well.'), model: ' /modèles/通义 7B.gguf ' } });
    expect((await complete(newClient())).meter.model).toBe('/modèles/通义 7B.gguf');
  });

  const FAILED: [string, Turn][] = [
    ['an error response', { status: 400, body: { error: { code: 400, message: 'no' } } }],
    ['an error in a 200 response', { body: { id: 'gen-1', error: { code: 400, message: 'no' } } }],
  ];
  it.each(FAILED)('has the status and the generation in the cause of %s', async (_, turn) => {
    server.play(turn);
    expect((await failureOf(complete(newClient()))).cause).toEqual({
      status: 400,
      generationId: 'gen-1',
      detail: 'the provider answered with an error',
    });
  });

  it('advises no retry if the provider rejects the request', async () => {
    server.play({ status: 404, body: '' });
    expect((await failureOf(complete(newClient()))).message).toContain('rejected the request');
    server.play(...repeated(3, DOWN));
    expect((await failureOf(complete(newClient()))).message).toContain('try again later');
  });

  it('distinguishes a key without permission from a flagged text', async () => {
    const forbidden = (error: object): Turn => ({ status: 403, body: { error: { code: 403, ...error } } });
    server.play(
      forbidden({}),
      forbidden({ metadata: {} }),
      { status: 403, body: '<html>Forbidden</html>' },
      forbidden({ metadata: { reasons: ['violence'] } }),
    );
    const client = newClient();
    const codes: string[] = [];
    for (let i = 0; i < 4; i++) codes.push(await codeOf(complete(client)));
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

  it('are two in all, even if a truncated answer is requested again', async () => {
    server.play(DOWN, DOWN, cut, DOWN);
    expect(await codeOf(complete(newClient()))).toBe('SUMMARY_PROVIDER_UNAVAILABLE');
    expect(server.requests.map(({ body }) => body.max_completion_tokens)).toEqual([1000, 1000, 1000, 3000]);
  });

  it('that are left apply to the second request of a truncated answer', async () => {
    server.play(DOWN, cut, DOWN);
    expect((await complete(newClient())).meter.requestCount).toBe(4);
  });

  const WITH_RETRY_AFTER: [string, Turn][] = [
    ['a 429 response', { status: 429, headers: { 'retry-after': '1' }, body: '' }],
    ['an error in a 200 response', { headers: { 'retry-after': '1' }, body: { error: { code: 429 } } }],
  ];
  it.each(WITH_RETRY_AFTER)('wait for the Retry-After of %s', async (_, turn) => {
    server.play(turn);
    await complete(newClient());
    const [first, second] = server.requests;
    expect((second?.arrivedAt ?? 0) - (first?.arrivedAt ?? 0)).toBeGreaterThanOrEqual(950);
  });
});

describe('the time limits of a call', () => {
  it('allow a slow response that is within them', async () => {
    server.play({ delayMs: 100 });
    expect((await complete(newClient())).meter.requestCount).toBe(1);
  });

  it('abort a call whose response headers are late', async () => {
    server.play({ delayMs: 1_000 });
    expect(await codeOf(complete(newClient({ attemptTimeoutMs: 150 })))).toBe('SUMMARY_TIMED_OUT');
    expect(server.requests).toHaveLength(1);
  });

  it('include both a summary and its repair', async () => {
    const client = newClient({ attemptTimeoutMs: 600, totalTimeoutMs: 600 });
    server.play({ delayMs: 400, body: answer('# Ada') }, { delayMs: 400 });
    expect(await codeOf(writeWith(client, summaryFacts()))).toBe('SUMMARY_TIMED_OUT');
    expect(server.requests).toHaveLength(2);
  });

  it.each([
    ['the deadline', { deadline: 0 }],
    ['an abort by the caller', { signal: AbortSignal.abort() }],
  ])('prevent a request after %s', async (_, request) => {
    // The server may not see a request that is aborted at once, so its count would prove nothing.
    const sent = vi.spyOn(globalThis, 'fetch');
    try {
      expect(await codeOf(complete(newClient(), request))).toBe('SUMMARY_TIMED_OUT');
      expect(sent).not.toHaveBeenCalled();
    } finally {
      sent.mockRestore();
    }
  });
});

describe('many calls', () => {
  it('send at most sixteen requests at the same time', async () => {
    const sent = vi.spyOn(globalThis, 'fetch');
    const releases: (() => void)[] = [];
    server.onRequest(() => new Promise((resolve) => releases.push(resolve)));
    const client = newClient();
    const calls = Promise.all(Array.from({ length: 40 }, () => complete(client)));
    try {
      for (let answered = 0; answered < 40; answered += 1) {
        const count = Math.min(answered + 16, 40);
        await until(() => releases.length >= count, 1);
        expect(sent).toHaveBeenCalledTimes(count);
        releases[answered]?.();
      }
      await calls;
    } finally {
      sent.mockRestore();
    }
  });

  it('fail at once if too many already wait', async () => {
    server.play(...repeated(16, { misbehave: 'hang' }));
    const client = newClient();
    const callers = Array.from({ length: 216 }, () => new AbortController());
    const waiting = callers.map(({ signal }) => codeOf(complete(client, { signal })));
    const late = await failureOf(complete(client));
    expect(late.code).toBe('SUMMARY_PROVIDER_UNAVAILABLE');
    expect(late.cause).toEqual({ detail: 'too many calls are waiting' });
    for (const caller of callers) caller.abort();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['SUMMARY_TIMED_OUT']));
  });
});

describe('the circuit breaker', () => {
  const ask = (client: OpenRouterClient) => codeOf(complete(client));

  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** Lets calls fail until the breaker opens. @returns the number of failed calls */
  async function untilOpen(client: OpenRouterClient): Promise<number> {
    server.play(...repeated(100, DOWN));
    for (let calls = 1; ; calls++) {
      const before = server.requests.length;
      expect(await ask(client)).toBe('SUMMARY_PROVIDER_UNAVAILABLE');
      if (server.requests.length === before) return calls - 1;
    }
  }

  it('opens after eight failed calls with their retries, and then rejects calls at once', async () => {
    const client = newClient();
    expect(client.health()).toEqual({ isDegraded: false, pausedForMs: 0 });
    expect(await untilOpen(client)).toBe(8);
    expect(server.requests).toHaveLength(24);
    expect(client.health().isDegraded).toBe(true);
    expect(client.health().pausedForMs).toBeGreaterThan(0);
    await Promise.all(Array.from({ length: 1000 }, () => ask(client)));
    expect(server.requests).toHaveLength(24);
  });

  it('allows one trial call after a while, rejects others meanwhile, and closes if it succeeds', async () => {
    const client = newClient();
    await untilOpen(client);
    const time = now().getTime();
    vi.spyOn(Date, 'now').mockImplementation(() => time + 16_000);
    server.forget();
    let release: () => void = () => undefined;
    server.onRequest(() => new Promise((resolve) => (release = resolve)));
    const trying = complete(client);
    expect(await ask(client)).toBe('SUMMARY_PROVIDER_UNAVAILABLE');
    await until(() => server.requests.length === 25);
    server.onRequest(() => Promise.resolve());
    release();
    await trying;
    expect(server.requests).toHaveLength(25);
    expect(client.health().isDegraded).toBe(false);
    await complete(client);
  });

  it('opens again if the trial call fails', async () => {
    const client = newClient();
    await untilOpen(client);
    const time = now().getTime();
    vi.spyOn(Date, 'now').mockImplementation(() => time + 16_000);
    await ask(client);
    const before = server.requests.length;
    await ask(client);
    expect(server.requests).toHaveLength(before);
  });

  it.each<[string, Turn]>([
    ['rejects requests', { status: 400, body: '' }],
    ['is out of credit', { status: 402, body: '' }],
    ['limits the rate', { status: 429, headers: { 'retry-after': '0' }, body: '' }],
    ['returns invalid output', { body: answer(null) }],
  ])('stays closed if the provider %s, because it is not down', async (_, turn) => {
    const client = newClient();
    for (let calls = 0; calls < 10; calls++) {
      server.play(...repeated(3, turn));
      await ask(client);
      server.forget();
    }
    await complete(client);
    expect(client.health().isDegraded).toBe(false);
  });

  it('stays closed if callers abort', async () => {
    const client = newClient();
    server.play(...repeated(10, { misbehave: 'hang' }));
    for (let calls = 0; calls < 10; calls++) {
      const caller = new AbortController();
      const arrived = new Promise<void>((resolve) => {
        server.onRequest(() => {
          resolve();
          return Promise.resolve();
        });
      });
      const call = codeOf(complete(client, { signal: caller.signal }));
      await arrived;
      caller.abort();
      expect(await call).toBe('SUMMARY_TIMED_OUT');
    }
    await complete(client);
  });

  it('reports the pause that a provider requests with its rate limit', async () => {
    const client = newClient();
    server.play({ status: 429, headers: { 'retry-after': '60' }, body: '' });
    expect(await ask(client)).toBe('SUMMARY_PROVIDER_RATE_LIMITED');
    expect(client.health().isDegraded).toBe(false);
    expect(client.health().pausedForMs).toBeGreaterThan(59_000);
  });

  it.each(['86400', '9'.repeat(400), 'Fri, 31 Dec 9999 23:59:59 GMT'])(
    'pauses for at most five minutes if Retry-After is %s',
    async (retryAfter) => {
      const client = newClient();
      server.play({ status: 429, headers: { 'retry-after': retryAfter }, body: '' });
      await ask(client);
      expect(server.requests).toHaveLength(1);
      expect(client.health().pausedForMs).toBeGreaterThan(299_000);
      expect(client.health().pausedForMs).toBeLessThanOrEqual(300_000);
    },
  );

  it.each(['soon', '-60', 'in 60 seconds', '1e9', 'Mon, nonsense GMT'])(
    'pauses for five seconds if Retry-After is %s, which is invalid',
    async (retryAfter) => {
      const client = newClient();
      server.play(...repeated(3, { status: 429, headers: { 'retry-after': retryAfter }, body: '' }));
      await ask(client);
      expect(client.health().pausedForMs).toBeGreaterThan(4_000);
      expect(client.health().pausedForMs).toBeLessThanOrEqual(5_000);
    },
  );

  it('ends a pause when a call that started after it succeeds, but not an earlier one', async () => {
    const client = newClient();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const arrived = new Promise<void>((resolve) => {
      server.onRequest(() => {
        resolve();
        return gate;
      });
    });
    const before = complete(client);
    await arrived;
    server.onRequest(() => Promise.resolve());
    server.play({ status: 429, headers: { 'retry-after': '86400' }, body: '' });
    await ask(client);
    release();
    await before;
    expect(client.health().pausedForMs).toBeGreaterThan(299_000);
    await complete(client);
    expect(client.health()).toEqual({ isDegraded: false, pausedForMs: 0 });
  });
});
