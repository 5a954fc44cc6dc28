import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect, type Connection } from '../support/connection.js';
import { databaseLineOf, runProgram } from '../support/program.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.js';

let directory: TemporaryDirectory;
let database: TestDatabase;
let connection: Connection;

beforeAll(async () => {
  directory = await temporaryDirectory();
});
beforeEach(async () => {
  database = await createTestDatabase();
  connection = await connect(database.url);
});
afterEach(async () => {
  await connection.close();
  await database.drop();
});
afterAll(() => directory.remove());

const runOn = (url: string, args: readonly string[]) =>
  runProgram('src/cli/apikey.js', { cwd: directory.path, env: { DATABASE_URL: url }, args });
const run = (...args: string[]) => runOn(database.url, args);
const create = (name: string, role: string) => run('create', name, '--role', role);
const stored = () =>
  connection.rows<{ id: number; name: string; role: string; keyHash: Buffer; isRevoked: boolean }>(
    'SELECT id, name, role, "keyHash", "revokedAt" IS NOT NULL AS "isRevoked" FROM api_keys ORDER BY id',
  );

const AT = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;

describe('pnpm apikey create', () => {
  it('prints the key once, alone on standard output, and stores its hash', async () => {
    const { code, databaseLine, stdout, stderr } = await create('crm', 'rep');
    expect({ code, databaseLine }).toEqual({ code: 0, databaseLine: databaseLineOf(database.url) });
    expect(stdout).toMatch(/^lsk_1_[\w-]{43}\n$/);
    expect(stderr).toBe('The key of crm, with the role rep. It is not shown again:\n');
    const key = stdout.trim();
    expect(await stored()).toEqual([
      {
        id: 1,
        name: 'crm',
        role: 'rep',
        keyHash: createHash('sha256').update(key).digest(),
        isRevoked: false,
      },
    ]);
    const list = await run('list');
    expect(list.stdout + list.stderr).not.toContain(key.slice(-43));
  });

  it('creates a different key each time', async () => {
    const made = [await create('one', 'viewer'), await create('two', 'viewer')].map(({ stdout }) => stdout);
    expect(new Set(made.map((key) => key.trim().slice(-43))).size).toBe(2);
    expect(made[1]).toMatch(/^lsk_2_/);
  });

  it('rejects the name of a usable key, and accepts it once that key is revoked', async () => {
    await create('crm', 'viewer');
    const again = await create('crm', 'admin');
    expect(again).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'There is a key crm already: choose another name, or revoke it first.\n',
    });
    expect(await stored()).toHaveLength(1);
    await run('revoke', 'crm');
    expect((await create('crm', 'admin')).code).toBe(0);
  });
});

describe('pnpm apikey list', () => {
  it('lists all keys, including revoked ones, oldest first', async () => {
    expect(await run('list')).toMatchObject({ code: 0, stdout: 'There are no keys.\n', stderr: '' });
    await create('zebra', 'viewer');
    await create('ant', 'admin');
    await run('revoke', 'zebra');
    const { code, stdout } = await run('list');
    expect(code).toBe(0);
    const [first, second, ...rest] = stdout.split('\n');
    expect(first).toMatch(new RegExp(`^1 {2}zebra {2}viewer {2}created ${AT} {2}revoked ${AT}$`));
    expect(second).toMatch(new RegExp(`^2 {2}ant {2}admin {2}created ${AT} {2}usable$`));
    expect(rest).toEqual(['']);
  });
});

describe('pnpm apikey revoke', () => {
  it('revokes a key by its name or its id, and only once', async () => {
    for (const name of ['one', 'two', 'three']) await create(name, 'viewer');
    expect(await run('revoke', 'two')).toMatchObject({ code: 0, stdout: 'Revoked key 2, two.\n' });
    expect(await run('revoke', '3')).toMatchObject({ code: 0, stdout: 'Revoked key 3, three.\n' });
    expect((await stored()).map(({ isRevoked }) => isRevoked)).toEqual([false, true, true]);
    for (const gone of ['two', '3', 'nobody', '99999999999']) {
      expect(await run('revoke', gone)).toMatchObject({
        code: 1,
        stdout: '',
        stderr: `There is no key ${gone} that could be revoked; \`pnpm apikey list\` lists all keys.\n`,
      });
    }
    expect((await stored()).map(({ isRevoked }) => isRevoked)).toEqual([false, true, true]);
  });
});

describe('pnpm apikey', () => {
  it('prints its usage without a database', async () => {
    for (const flag of ['--help', '-h']) {
      const { code, stdout, stderr } = await runOn('postgres://127.0.0.1:1/nowhere', [flag]);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^Usage: pnpm apikey create NAME --role viewer\|rep\|admin/);
    }
  });

  it('rejects invalid arguments with its usage, before it connects to a database', async () => {
    const invalid: [string[], string][] = [
      [[], 'Missing command: create, list or revoke.'],
      [['make'], 'Unknown: make'],
      [['create'], 'Unknown: create'],
      [['create', 'crm'], '--role must be viewer, rep or admin.'],
      [['create', 'crm', '--role', 'Admin'], '--role must be viewer, rep or admin.'],
      [['create', '7', '--role', 'admin'], 'NAME is invalid.'],
      [['create', `a${'b'.repeat(100)}`, '--role', 'admin'], 'NAME is invalid.'],
      [['create', 'a', 'b', '--role', 'admin'], 'Unknown: b'],
      [['list', '--role', 'admin'], '--role can only be used with create.'],
      [['revoke'], 'Unknown: revoke'],
      [['--bogus'], '--bogus'],
    ];
    for (const [args, reason] of invalid) {
      const { code, stdout, stderr } = await runOn('postgres://127.0.0.1:1/nowhere', args);
      expect([args, code, stdout]).toEqual([args, 1, '']);
      expect(stderr.split('\n')[0]).toContain(reason);
      expect(stderr).toContain('Usage: pnpm apikey');
    }
  }, 60_000);

  it('rejects a database that is not migrated', async () => {
    const empty = await createEmptyDatabase();
    const { code, stderr } = await runOn(empty.url, ['create', 'crm', '--role', 'admin']);
    await empty.drop();
    expect(code).toBe(1);
    expect(stderr).toContain('`pnpm migrate`');
  });
});
