import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect, type Connection } from '../support/connection.js';
import { insertInteraction, insertLead } from '../support/fixtures.js';
import {
  answer,
  API_KEY,
  type OpenRouterStandIn,
  startOpenRouterStandIn,
} from '../support/openrouter-stand-in.js';
import { databaseLineOf, runProgram, startProgram } from '../support/program.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

const PROGRAM = 'src/cli/summaries.js';

let directory: TemporaryDirectory;
let server: OpenRouterStandIn;
let database: TestDatabase;
let connection: Connection;

beforeAll(async () => {
  directory = await temporaryDirectory();
});
beforeEach(async () => {
  server = await startOpenRouterStandIn();
});
afterEach(() => server.close());
afterAll(() => directory.remove());

const options = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => ({
  cwd: directory.path,
  env: {
    OPENROUTER_API_KEY: API_KEY,
    OPENROUTER_BASE_URL: server.baseUrl,
    ...env,
  },
  args,
});
const summariesOptions = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  options(args, { DATABASE_URL: database.url, ...env });
const run = (...args: string[]) => runProgram(PROGRAM, summariesOptions(args));

async function insertLeadsWithNotes(count: number): Promise<number[]> {
  const ids: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const id = await insertLead(connection, { activityScore: index });
    await insertInteraction(connection, id, { notes: 'Asked for an offer.' });
    ids.push(id);
  }
  return ids;
}

const countWritten = async () =>
  (await connection.rows<{ count: number }>('SELECT count(summary)::int AS count FROM leads'))[0]?.count;

describe('pnpm summaries', () => {
  beforeEach(async () => {
    database = await createTestDatabase();
    connection = await connect(database.url);
  });
  afterEach(async () => {
    await connection.close();
    await database.drop();
  });

  it('writes missing summaries, prints totals to standard output, and exits with 0', async () => {
    await insertLeadsWithNotes(6);
    expect(await run()).toMatchObject({
      code: 0,
      signal: null,
      databaseLine: databaseLineOf(database.url),
      stdout: 'Batch 1: 6 summaries written, 0 unchanged, 0 failed, 0 skipped, for $0.0006.\n',
      stderr: '',
    });
    expect(await countWritten()).toBe(6);
    expect((await run()).stdout).toBe(
      'Batch 2: 0 summaries written, 0 unchanged, 0 failed, 0 skipped, for $0.0000.\n',
    );
    expect((await run('--all', '--limit', '2')).stdout).toContain('2 summaries written');
    expect(server.requests).toHaveLength(8);
    expect(await connection.rows('SELECT "startedBy" AS trigger FROM summary_batches')).toEqual(
      Array.from({ length: 3 }, () => ({ trigger: 'command' })),
    );
  });

  it('names failed summaries, and exits with 1', async () => {
    const [id] = await insertLeadsWithNotes(1);
    server.play({ body: answer('no JSON') }, { body: answer('no JSON') });
    const { code, stdout, stderr } = await run();
    expect(code).toBe(1);
    expect(stderr).toBe(
      `lead ${id}: SUMMARY_INVALID_OUTPUT: The language model returned no valid summary; try again.\n`,
    );
    expect(stdout).toContain('0 summaries written, 0 unchanged, 1 failed');
  });

  it('stops at the cost limit, reports this, and exits with 1', async () => {
    await insertLeadsWithNotes(6);
    const { code, stdout, stderr } = await run('--max-cost-usd', '0.00025');
    expect(code).toBe(1);
    expect(stdout).toContain('2 summaries written, 0 unchanged, 0 failed, 4 skipped, for $0.0002.');
    expect(stderr).toContain('not enough for another summary');
  });

  it('reports how long it waits for the provider', async () => {
    await insertLeadsWithNotes(1);
    server.play({ status: 429, headers: { 'retry-after': '86400' }, body: '' });
    const program = startProgram(PROGRAM, summariesOptions([]));
    await new Promise<void>((resolve) => {
      program.process.stderr?.on('data', (text: Buffer) => {
        if (text.toString().includes('Waiting')) resolve();
      });
    });
    program.process.kill('SIGINT');
    const { code, stderr } = await program.finished;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Waiting for the provider until \d\d:\d\d:\d\dZ\.\n/);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'starts no more summaries after %s, and saves those in progress',
    async (signal) => {
      await insertLeadsWithNotes(20);
      let release: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => (release = resolve));
      server.onRequest(() => gate);
      const program = startProgram(PROGRAM, summariesOptions([]));
      await until(() => server.requests.length >= 4);
      program.process.kill(signal);
      await until(
        async () =>
          (await connection.rows(`SELECT FROM summary_batches WHERE status = 'cancelled'`)).length > 0,
      );
      release();
      const { code, stdout } = await program.finished;
      expect(code).toBe(1);
      expect(stdout).toContain('4 summaries written, 0 unchanged, 0 failed, 16 skipped');
      expect(await countWritten()).toBe(4);
    },
  );

  it('rejects invalid arguments with its usage, and exits with 2', async () => {
    const invalid: [string[], string][] = [
      [['--limit', '0'], '--limit must be at least 1'],
      [['--limit', '1.5'], '--limit must be a whole number'],
      [['--limit', ''], '--limit'],
      [['--max-cost-usd', '0'], '--max-cost-usd must be a number above 0'],
      [['--max-cost-usd', 'much'], '--max-cost-usd must be a number above 0'],
      [['--nonsense'], '--nonsense'],
      [['more'], 'more'],
    ];
    for (const [args, message] of invalid) {
      const { code, stdout, stderr } = await run(...args);
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
      expect(stderr).toContain(message);
      expect(stderr).toContain('Usage: pnpm summaries');
    }
    expect((await run('--help')).stdout).toContain('Usage: pnpm summaries');
  });

  it('exits with 2 if summaries are disabled or the database is not migrated', async () => {
    const off = await runProgram(PROGRAM, summariesOptions([], { SUMMARY_PROVIDER: 'off' }));
    expect(off.code).toBe(2);
    expect(off.stderr).toBe('Summaries are switched off on this server.\n');
    const empty = await createEmptyDatabase();
    const unmigrated = await runProgram(PROGRAM, summariesOptions([], { DATABASE_URL: empty.url }));
    expect(unmigrated.code).toBe(2);
    expect(unmigrated.stderr).toContain('pnpm migrate');
    await empty.drop();
  });
});

describe('pnpm summary:check', () => {
  const check = (env: Readonly<Record<string, string>> = {}, args: readonly string[] = []) =>
    runProgram('src/cli/summary-check.js', options(args, env));

  it('reports that summaries work, the remaining limit and the cost, and exits with 0', async () => {
    server.play({ body: answer('{"ok": true}') });
    const { code, stdout, stderr } = await check();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.replace(/\d+\.\d s/, 'N s')).toBe(
      `Testing openai/gpt-4o-mini at ${server.baseUrl}.\n` +
        'ok   The key is valid: $5.00 left of its limit.\n' +
        'ok   stand-in/model answered in N s, for $0.000100.\n',
    );
  });

  it.each([
    ['a rejected key', { status: 401, body: '' }, 'BAD  The key was rejected: check OPENROUTER_API_KEY.'],
    [
      'a key with an exhausted limit',
      { body: { data: { limit_remaining: 0 } } },
      'BAD  The key is valid, but its limit is used up',
    ],
  ])('reports %s, sends no request to a model, and exits with 1', async (_, turn, line) => {
    server.answerKeyCheck(turn);
    const { code, stdout } = await check();
    expect(code).toBe(1);
    expect(stdout).toContain(line);
    expect(server.requests).toHaveLength(1);
  });

  it('works without a key check, as with local model servers', async () => {
    server.answerKeyCheck({ status: 404, body: '' });
    server.play({ body: { ...answer('{"ok": true}'), usage: undefined } });
    const { code, stdout } = await check();
    expect(code).toBe(0);
    expect(stdout).toContain('cannot check keys (status 404)');
    expect(stdout).toContain('at an unreported cost');
  });

  it('accepts answers with reasoning, and ignores invalid figures', async () => {
    server.answerKeyCheck({ body: { data: { limit_remaining: 'plenty' } } });
    server.play({
      body: {
        ...answer('<think>{"ok": maybe}</think>Here: {"ok": true}'),
        model: 'a\u001b[31m',
        usage: { cost: '1' },
      },
    });
    const { code, stdout } = await check();
    expect(code).toBe(0);
    expect(stdout).toContain('The key is valid; its limit is unknown.');
    expect(stdout).toMatch(/A model answered in .* at an unreported cost/);
  });

  it.each([
    [{ status: 402, body: '' }, 'Add credit'],
    [{ status: 404, body: '' }, 'OPENROUTER_MODELS (openai/gpt-4o-mini) names a model that does not exist'],
    [{ body: answer('fine') }, 'choose a model with structured outputs'],
  ])('advises how to fix %j, and exits with 1', async (turn, words) => {
    server.play(turn);
    const { code, stdout } = await check();
    expect(code).toBe(1);
    expect(stdout).toContain(words);
  });

  it('reports a missing or late response', async () => {
    const nobody = await check({ OPENROUTER_BASE_URL: 'http://127.0.0.1:9/v1' });
    expect(nobody.code).toBe(1);
    expect(nobody.stdout).toContain('No answer from 127.0.0.1:9');
    server.play({ misbehave: 'hang' });
    const late = await check({ OPENROUTER_ATTEMPT_TIMEOUT_MS: '200', OPENROUTER_TOTAL_TIMEOUT_MS: '200' });
    expect(late.stdout).toContain('raise OPENROUTER_TOTAL_TIMEOUT_MS');
  });

  it('reports which writer is used if no model is configured', async () => {
    const fallback = await check({ OPENROUTER_API_KEY: '' });
    expect(fallback.code).toBe(0);
    expect(fallback.stdout).toContain('OPENROUTER_API_KEY is not set');
    expect((await check({ SUMMARY_PROVIDER: 'template' })).stdout).toContain(
      'because SUMMARY_PROVIDER is template',
    );
    const off = await check({ SUMMARY_PROVIDER: 'off' });
    expect(off.code).toBe(1);
    expect(off.stdout).toContain('switched off');
  });

  it('never prints the key', async () => {
    server.answerKeyCheck({ status: 401, body: `{"error":{"message":"${API_KEY}"}}` });
    const { stdout, stderr } = await check();
    expect(stdout + stderr).not.toContain(API_KEY);
  });

  it('exits with 2 if the settings or the arguments are invalid', async () => {
    expect((await check({ OPENROUTER_BASE_URL: 'x' })).code).toBe(2);
    expect((await check({}, ['more'])).code).toBe(2);
    expect((await check({}, ['--help'])).stdout).toContain('Usage: pnpm summary:check');
  });
});
