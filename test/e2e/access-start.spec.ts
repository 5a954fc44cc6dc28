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

function expectRefusal({ code, stdout, stderr }: Finished, reason: RegExp): void {
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(reason);
  expect(stderr).not.toMatch(/ {4}at /);
}

const NOBODY =
  /^No caller could be authenticated: .*Create a key with `pnpm apikey create NAME --role admin`, or set AUTH_JWKS_URL or AUTH_PUBLIC_KEY/;

async function ask(url: string, authorization?: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    body: '{"query":"{ leads { id } }"}',
  });
  return { status: response.status, body: await response.json() };
}

/** How it starts, with `pnpm apikey` in between. */
describe('a server in production', () => {
  it('refuses to start where nobody may call it, and says what to do', async () => {
    expectRefusal(await serve(production()), NOBODY);
  });

  it('starts with a key that the command made, answers it alone, and refuses again once it is revoked', async () => {
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
    expectRefusal(await serve(production()), NOBODY);
  });
});

const OFF = /AUTH may be off only in development, with HOST a loopback address/;

describe('authentication that is off', () => {
  it.each([
    ['in production', () => production()],
    ['where other machines reach the server', () => ({ DATABASE_URL: database.url, HOST: '0.0.0.0' })],
    ['at an address of a network', () => ({ DATABASE_URL: database.url, HOST: '192.0.2.1' })],
  ])('is refused %s', async (_, env) => {
    expectRefusal(await serve({ ...env(), AUTH: 'off' }), OFF);
  });

  it('is no default where other machines reach the server', async () => {
    expectRefusal(await serve({ DATABASE_URL: database.url, HOST: '0.0.0.0' }), NOBODY);
  });

  it('is in one line of what a server in development says, and lets this machine do all', async () => {
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
