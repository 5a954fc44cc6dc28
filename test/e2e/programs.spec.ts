import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { isTypeDefinitionNode, parse } from 'graphql';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withConnection } from '../support/connection.js';
import { databaseLineOf, type Finished, runProgram, startServerProgram } from '../support/program.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

let directory: TemporaryDirectory;
/** Shared and never changed: a test that changes a database creates its own. */
let empty: TestDatabase;
let migrated: TestDatabase;

beforeAll(async () => {
  directory = await temporaryDirectory();
  migrated = await createTestDatabase();
  empty = await createEmptyDatabase();
});
afterAll(async () => {
  await migrated.drop();
  await empty.drop();
  await directory.remove();
});

const run = (program: string, env: Record<string, string>, ...args: string[]) =>
  runProgram(program, { cwd: directory.path, env, args });
const serve = (env: Record<string, string>) => run('src/main.js', { PORT: '0', ...env });

interface TypeNames {
  readonly data: { readonly __schema: { readonly types: readonly { readonly name: string }[] } };
}

const TYPES_OF_SCHEMA = parse(readFileSync('schema.graphql', 'utf8')).definitions.flatMap((definition) =>
  isTypeDefinitionNode(definition) ? [definition.name.value] : [],
);

const tablesOf = (url: string) =>
  withConnection(url, (connection) =>
    connection.rows(`SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`),
  );

it('the bundles have characters beyond Latin-1 only in small files, and no TypeScript compiler', () => {
  const chunks = readdirSync('dist/src/chunks').map((name) => ({
    name,
    code: readFileSync(`dist/src/chunks/${name}`, 'utf8'),
  }));
  const wide = chunks.filter(({ code }) => /[^\0-\xff]/.test(code));
  expect(wide.filter(({ code }) => code.length > 200_000).map(({ name }) => name)).toEqual([]);
  expect(chunks.filter(({ code }) => code.includes('createLanguageService')).map(({ name }) => name)).toEqual(
    [],
  );
});

describe("the server on an operator's database", () => {
  it('does not start if migrations are pending, names them and the command, and changes nothing', async () => {
    const { code, stderr, stdout } = await serve({ DATABASE_URL: empty.url });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/0001-baseline, 0002-score-calculated-at, .*0010-rescore-runs/);
    expect(stderr).toContain('`pnpm migrate`');
    expect(stderr).not.toMatch(/ {4}at /);
    expect(await tablesOf(empty.url)).toEqual([]);
  });

  it('starts if nothing is pending, names the database, loads no demo leads, and exits with 0', async () => {
    const server = await startServerProgram({
      cwd: directory.path,
      env: { DATABASE_URL: migrated.url, SCORE_MAX_AGE_HOURS: '24' },
    });
    expect(await server.ask('{ leads { id } }')).toEqual({ data: { leads: [] } });
    const { code, stdout, stderr } = await server.stop();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(databaseLineOf(migrated.url));
    expect(stdout).not.toContain(new URL(migrated.url).password);
    // In development, the server uses the template if the key is missing.
    expect(stdout).toMatch(/Warning: OPENROUTER_API_KEY is not set/);
    expect(stdout).toMatch(/Warning: SCORE_MAX_AGE_HOURS no longer exists/);
  });

  it('has the types of schema.graphql, and does not warn about a missing key if the template is configured', async () => {
    const chosen = await startServerProgram({
      cwd: directory.path,
      env: { DATABASE_URL: migrated.url, SUMMARY_PROVIDER: 'template' },
    });
    // The bundle keeps the names of classes, which are those of GraphQL types.
    const { data } = (await chosen.ask('{ __schema { types { name } } }')) as TypeNames;
    const names = data.__schema.types.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(TYPES_OF_SCHEMA));
    expect((await chosen.stop()).stdout).not.toMatch(/Warning/);
  });

  it('reports that the port is in use', async () => {
    const portOwner = createServer();
    await new Promise<void>((resolve) => portOwner.listen(0, '127.0.0.1', resolve));
    const address = portOwner.address();
    const port = String(typeof address === 'object' && address !== null ? address.port : 0);
    const { code, stderr } = await serve({ DATABASE_URL: migrated.url, PORT: port });
    await new Promise((resolve) => portOwner.close(resolve));
    expect(code).toBe(1);
    expect(stderr).toBe(
      `Cannot listen on 127.0.0.1, port ${port}: the port is in use; stop the program that uses it, or set PORT to another.\n`,
    );
  });
});

describe('a database that cannot be used', () => {
  const withUrl = (change: (url: URL) => void) => {
    const url = new URL(migrated.url);
    change(url);
    return url.href;
  };

  it.each([
    ['wrong password', (url: URL) => (url.password = 's3cret-wrong'), /the user or the password is wrong/],
    [
      'no such user',
      (url: URL) => (url.username = 'nobody_of_this_name'),
      /the user or the password is wrong|rejects this user/,
    ],
    ['no password', (url: URL) => (url.password = ''), /it requires a password/],
    ['no TLS', (url: URL) => url.searchParams.set('sslmode', 'verify-full'), /it offers no TLS/],
    ['no such database', (url: URL) => (url.pathname = '/no_such_database'), /the database does not exist/],
    ['nothing listens', (url: URL) => (url.port = '1'), /nothing listens there/],
    ['unknown host', (url: URL) => (url.hostname = 'database.invalid'), /host name does not resolve/],
  ])('causes an error of one sentence: %s', async (_, change, expected) => {
    expectSentence(await serve({ DATABASE_URL: withUrl(change) }), expected);
  });

  it.each(['src/cli/migrate.js', 'src/cli/seed.js'])('causes the same error in %s', async (program) => {
    const url = withUrl((wrong) => (wrong.password = 's3cret-wrong'));
    expectSentence(await run(program, { DATABASE_URL: url }), /the user or the password is wrong/);
  });

  function expectSentence({ code, stderr }: Finished, expected: RegExp): void {
    expect(code).toBe(1);
    expect(stderr).toMatch(expected);
    expect(stderr).not.toMatch(/s3cret| {4}at /);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  }
});

describe('a role that is not the owner of the tables', () => {
  const ROLE = `server_${String(process.pid)}`;
  let database: TestDatabase;
  const asOwner = (sql: string) => withConnection(database.url, (connection) => connection.rows(sql));

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(async () => {
    await asOwner(`DROP OWNED BY ${ROLE}; DROP ROLE ${ROLE}`);
    await database.drop();
  });

  it('gets an error with GRANT statements, and can do everything after them', async () => {
    await asOwner(`CREATE ROLE ${ROLE} LOGIN PASSWORD 'secret'`);
    const url = new URL(database.url);
    [url.username, url.password] = [ROLE, 'secret'];
    const { code, stderr } = await serve({ DATABASE_URL: url.href });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The role \w+ lacks privileges .*:\n( {2}GRANT .*;\n)+$/);
    await asOwner(stderr.slice(stderr.indexOf('\n')));

    const server = await startServerProgram({ cwd: directory.path, env: { DATABASE_URL: url.href } });
    const health = await fetch(new URL('/health/ready', server.url));
    expect(await health.json()).toMatchObject({ status: 'ok', checks: { queue: 'ok' } });
    const lead = '{ firstName: "Ada", lastName: "Byron", email: "ada@example.com" }';
    expect(
      await server.ask(`mutation {
        createLead(createLeadInput: ${lead}) { id }
        createInteraction(createInteractionInput: { leadId: 1, type: CALL, date: "2026-01-01T00:00:00Z" }) { id }
        regenerateSummaries { totalCount }
        recalculateAllScores { count }
      }`),
    ).toEqual({
      data: {
        createLead: { id: '1' },
        createInteraction: { id: '1' },
        regenerateSummaries: { totalCount: 1 },
        recalculateAllScores: { count: 1 },
      },
    });
    const written = `SELECT FROM summary_batches WHERE status = 'succeeded' AND "writtenCount" = 1`;
    await until(async () => (await asOwner(written)).length > 0);
    expect(await server.stop()).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('settings', () => {
  it('that are invalid are all named at once, without their values', async () => {
    const { code, stderr } = await serve({
      PORT: 'eighty-s3cret',
      NODE_ENV: 'prod-s3cret',
      DATABASE_URL: 'mysql://user:s3cret@host/db',
      SUMMARY_PROVIDER: 's3cret',
      OPENROUTER_API_KEY: 's3cret with spaces',
    });
    expect(code).toBe(1);
    for (const name of ['PORT', 'NODE_ENV', 'DATABASE_URL', 'SUMMARY_PROVIDER', 'OPENROUTER_API_KEY']) {
      expect(stderr).toContain(`- ${name} must be`);
    }
    expect(stderr).not.toMatch(/s3cret| {4}at /);
  });

  it('that production requires are named if they are missing', async () => {
    const { code, stderr } = await serve({ NODE_ENV: 'production' });
    expect(code).toBe(1);
    expect(stderr).toContain('DATABASE_URL must be set in production');
    expect(stderr).toContain('OPENROUTER_API_KEY must be set in production (or SUMMARY_PROVIDER=template');
  });
});

describe('pnpm migrate', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createEmptyDatabase();
  });
  afterEach(() => database.drop());

  const migrate = (...args: string[]) => run('src/cli/migrate.js', { DATABASE_URL: database.url }, ...args);

  const names = readdirSync(new URL('../../migrations', import.meta.url))
    .map((file) => file.replace(/\.ts$/, ''))
    .sort();
  const undone = (some: readonly string[]) => some.map((name) => `undone  ${name}\n`).join('');

  it('applies, lists and undoes migrations', async () => {
    expect(await migrate('status')).toMatchObject({
      databaseLine: databaseLineOf(database.url),
      stdout: expect.stringMatching(/^pending {2}0001-baseline\n/) as unknown,
      stderr: '',
    });
    expect((await migrate()).stdout).toMatch(/^applied {2}0001-baseline\n/);
    expect((await migrate('up')).stdout).toBe('Nothing is pending.\n');
    expect((await migrate('status')).stdout).not.toContain('pending');
    expect((await migrate('down')).stdout).toBe(undone(names.slice(-1)));
    expect((await migrate('down', '--to', '0012-summary-batches')).stdout).toBe(
      undone(names.slice(names.indexOf('0012-summary-batches'), -1).reverse()),
    );
    expect((await migrate('down', '--all')).stdout).toMatch(/undone {2}0001-baseline\n$/);
    expect((await migrate('down')).stdout).toBe('Nothing is applied.\n');
  });

  it('applies migrations once in two concurrent deploys, in production without settings of a language model', async () => {
    const env = { NODE_ENV: 'production', DATABASE_URL: database.url };
    const deploy = () => run('src/cli/migrate.js', env, 'up');
    const results = await Promise.all([deploy(), deploy()]);
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    expect(
      results
        .map(({ stdout }) => stdout)
        .join('')
        .match(/applied/g),
    ).toHaveLength(names.length + 1);
  });

  it('names the data that down would delete, and undoes only with --yes', async () => {
    await migrate();
    await withConnection(database.url, (connection) =>
      connection.rows(`INSERT INTO api_keys (name, role, "keyHash") VALUES ('crm', 'rep', sha256('key'))`),
    );
    const rejected = await migrate('down', '--to', '0014-api-keys');
    expect(rejected).toMatchObject({ code: 1, stdout: '' });
    expect(rejected.stderr).toContain(
      'would lose:\n  - the table api_keys with 1 row\nNothing was undone. Add --yes',
    );
    expect((await migrate('status')).stdout).not.toContain('pending');

    const done = await migrate('down', '--to', '0014-api-keys', '--yes');
    expect(done).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/undone {2}0014-api-keys\n$/) as unknown,
    });
    expect(done.stderr).toContain('the table api_keys with 1 row');
  });

  it('rejects invalid arguments with its usage', async () => {
    const invalid = [
      ['sideways'],
      ['up', 'down'],
      ['up', '--all'],
      ['up', '--yes'],
      ['--bogus'],
      ['down', '--to'],
    ];
    for (const args of invalid) {
      const { code, stderr } = await migrate(...args);
      expect({ args, code }).toEqual({ args, code: 1 });
      expect(stderr).toContain('Usage: pnpm migrate');
    }
    expect(await tablesOf(database.url)).toEqual([]);
  });
});

describe('pnpm seed', () => {
  it('loads the demo leads with their scores, once', async () => {
    const database = await createTestDatabase();
    const seed = () => run('src/cli/seed.js', { DATABASE_URL: database.url });
    expect(await seed()).toMatchObject({
      databaseLine: databaseLineOf(database.url),
      stdout: 'Loaded 15 demo leads; 0 were there already.\n',
      stderr: '',
    });
    expect((await seed()).stdout).toBe('Loaded 0 demo leads; 15 were there already.\n');
    const leads = await withConnection(database.url, (connection) =>
      connection.rows(
        'SELECT 1 FROM leads WHERE "activityScore" IS NOT NULL AND "recencyPoints" IS NOT NULL',
      ),
    );
    expect(leads).toHaveLength(15);
    await database.drop();
  });

  it('loads the synthetic sales year with its history and scores, once, and rules can be evaluated on it', async () => {
    const database = await createTestDatabase();
    const seed = () => run('src/cli/seed.js', { DATABASE_URL: database.url }, '--history');
    expect((await seed()).stdout).toMatch(
      /^Loaded a synthetic sales year: 2000 invented leads with \d{4} changes and \d{5} interactions; 0 leads were there already\.\n$/,
    );
    expect((await seed()).stdout).toBe(
      'Loaded a synthetic sales year: 0 invented leads with 0 changes and 0 interactions; 2000 leads were there already.\n',
    );
    const [counts] = await withConnection(database.url, (connection) =>
      connection.rows(`
        SELECT count(*) FILTER (WHERE "activityScore" IS NULL)::int AS unscored,
          count(*) FILTER (WHERE email NOT LIKE '%.example' OR company NOT LIKE 'Synthetic Company %')::int AS unmarked,
          (SELECT count(*)::int FROM interactions WHERE "recordedAt" > now()) AS future,
          (SELECT count(DISTINCT "leadId")::int FROM lead_changes WHERE "recordedAt" < now() - interval '1 hour') AS "withHistory"
        FROM leads`),
    );
    expect(counts).toEqual({ unscored: 0, unmarked: 0, future: 0, withHistory: 2000 });

    const rules = (...args: string[]) => run('src/cli/rules.js', { DATABASE_URL: database.url }, ...args);
    const text = await rules('evaluate');
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(
      /^Rules of version 1: 1,\d{3} leads at 52 landmarks, [\d,]+ pairs; \d+ won, \d+ lost\. \d+ landmarks left out/,
    );
    const json = await rules('evaluate', '--json');
    const { figures } = JSON.parse(json.stdout) as {
      figures: { score: { auc: number }; tens: unknown[] };
    };
    // The evaluations are of different instants, so their last digits may differ.
    const [, auc] = /^score +(0\.\d{3})  0\.\d{3}-0\.\d{3} +[\d.]+ % +[\d.]+$/m.exec(text.stdout) ?? [];
    expect(Number(auc)).toBeCloseTo(figures.score.auc, 2);
    expect(text.stdout.match(/^\d+-\d+ +(?:[\d.]+ %|-)/gm)).toHaveLength(3 + figures.tens.length);
    expect(text.stdout).toContain('What these figures do not show:\n- Salespeople choose');
    const directory = await temporaryDirectory();
    const file = path.join(directory.path, 'rules.json');
    await writeFile(file, (await rules('export')).stdout);
    const [, now, then] =
      /^Backtest on a sample of 1,\d{3} leads:\nnow +AUC (0\.\d{3}) \(0\.\d{3}-0\.\d{3}\), won of the top 10 %: [\d.]+ %\nwith these rules +AUC (0\.\d{3}) /m.exec(
        (await rules('preview', file)).stdout,
      ) ?? [];
    expect(Number(now)).toBeCloseTo(figures.score.auc, 2);
    expect(Number(then)).toBeCloseTo(figures.score.auc, 2);
    await directory.remove();
    for (const [option, max] of [
      ['--horizon-days', 730],
      ['--landmark-every', 90],
    ] as const) {
      for (const value of ['0', String(max + 1), 'x']) {
        const { code, stderr } = await rules('evaluate', option, value);
        expect([code, stderr]).toEqual([
          2,
          expect.stringContaining(`${option} must be a whole number from 1 to ${max}.`),
        ]);
      }
    }
    await database.drop();
  }, 60_000);

  it('rejects a database that is not migrated', async () => {
    const { code, stderr } = await run('src/cli/seed.js', { DATABASE_URL: empty.url });
    expect(code).toBe(1);
    expect(stderr).toContain('`pnpm migrate`');
  });
});
