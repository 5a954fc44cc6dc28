import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, runProgram, startServerProgram } from '../support/program.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let directory: TemporaryDirectory;
let database: TestDatabase;

beforeAll(async () => {
  directory = await temporaryDirectory();
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
  await directory.remove();
});

const production = () => ({
  NODE_ENV: 'production',
  DATABASE_URL: database.url,
  SUMMARY_PROVIDER: 'template',
});

const serve = (env: Record<string, string>) =>
  runProgram('src/main.js', { cwd: directory.path, env: { PORT: '0', ...env } });
const apikey = async (...args: string[]) =>
  (await runProgram('src/cli/apikey.js', { cwd: directory.path, env: { DATABASE_URL: database.url }, args }))
    .stdout;

function expectStartupError({ code, stdout, stderr }: Finished, reason: RegExp): void {
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(reason);
  expect(stderr).not.toMatch(/ {4}at /);
}

const NO_CREDENTIALS =
  /^No caller could be authenticated: .*Create a key with `pnpm apikey create NAME --role admin`, or set AUTH_JWKS_URL or AUTH_PUBLIC_KEY/;

async function ask(url: string, authorization?: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    body: '{"query":"{ leads { id } }"}',
  });
  return { status: response.status, body: await response.json() };
}

describe('a server in production', () => {
  it('does not start if no credential could be accepted, and suggests the fix', async () => {
    expectStartupError(await serve(production()), NO_CREDENTIALS);
  });

  it('starts with a key from the command, accepts only that key, and does not start once it is revoked', async () => {
    const key = (await apikey('create', 'crm', '--role', 'viewer')).trim();
    const server = await startServerProgram({ cwd: directory.path, env: production() });
    expect(await ask(server.url, `Bearer ${key}`)).toEqual({ status: 200, body: { data: { leads: [] } } });
    for (const authorization of [undefined, `Bearer ${key.slice(0, -1)}`, `Basic ${key}`]) {
      expect(await ask(server.url, authorization)).toMatchObject({
        status: 401,
        body: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
      });
    }
    const { stdout } = await server.stop();
    expect(stdout).not.toContain('Authentication is off');
    expect(stdout).not.toContain(key.slice(-43));
    await apikey('revoke', 'crm');
    expectStartupError(await serve(production()), NO_CREDENTIALS);
  });
});

const AUTH_OFF_REJECTED = /AUTH may be off only in development, with HOST a loopback address/;

describe('AUTH=off', () => {
  it.each([
    ['in production', () => production()],
    ['if other machines can reach the server', () => ({ DATABASE_URL: database.url, HOST: '0.0.0.0' })],
    ['on a network address', () => ({ DATABASE_URL: database.url, HOST: '192.0.2.1' })],
  ])('is rejected %s', async (_, env) => {
    expectStartupError(await serve({ ...env(), AUTH: 'off' }), AUTH_OFF_REJECTED);
  });

  it('is not the default if other machines can reach the server', async () => {
    expectStartupError(await serve({ DATABASE_URL: database.url, HOST: '0.0.0.0' }), NO_CREDENTIALS);
  });

  it('is the default on a loopback address, and the server prints that in one line', async () => {
    const server = await startServerProgram({
      cwd: directory.path,
      env: { DATABASE_URL: database.url, SUMMARY_PROVIDER: 'template' },
    });
    expect((await ask(server.url)).status).toBe(200);
    const { stdout } = await server.stop();
    expect(stdout.split('\n').filter((line) => /authentication|AUTH/i.test(line))).toEqual([
      'Authentication is off: every user of this machine may do everything. Set AUTH=on to require credentials.',
    ]);
  });
});
