import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect, type Connection, untilWaiting } from '../support/connection.js';
import { insertLead } from '../support/fixtures.js';
import { databaseLineOf, runProgram, type RunningProgram, startProgram } from '../support/program.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

const PROGRAM = 'src/cli/import-csv.js';

let directory: TemporaryDirectory;
let database: TestDatabase;
let other: Connection;

beforeAll(async () => {
  directory = await temporaryDirectory();
});
beforeEach(async () => {
  database = await createTestDatabase();
  other = await connect(database.url);
});
afterEach(async () => {
  await other.close();
  await database.drop();
});
afterAll(() => directory.remove());

const options = (args: readonly string[]) => ({
  cwd: directory.path,
  env: { DATABASE_URL: database.url },
  args,
});
const run = (...args: string[]) => runProgram(PROGRAM, options(args));

async function save(name: string, lines: readonly string[]): Promise<string> {
  await writeFile(path.join(directory.path, name), `${lines.join('\n')}\n`);
  return name;
}

const countRows = async (table: 'leads' | 'interactions') =>
  (await other.rows(`SELECT 1 FROM ${table}`)).length;

describe('pnpm import:csv', () => {
  it('imports both files, prints totals to standard output, and exits with 0', async () => {
    const { code, databaseLine, stdout, stderr } = await run(
      '--interactions',
      await save('interactions.csv', ['email,type,date', 'a@example.com,Call,2026-01-01']),
      '--leads',
      await save('leads.csv', [
        'email,firstName,lastName',
        'a@example.com,A,Name',
        'a@example.com,B,',
        'a@example.com,,',
      ]),
    );
    expect({ code, databaseLine, stderr }).toEqual({
      code: 0,
      databaseLine: databaseLineOf(database.url),
      stderr: '',
    });
    expect(stdout).toMatch(
      /^Leads: 1 inserted, 1 updated, 1 unchanged, 0 rejected\.\nInteractions: 1 inserted, 0 rejected\.\nScores: 1 calculated\.\nTook \d+\.\d s\.\n$/,
    );
    expect(await other.rows('SELECT "firstName", "callCount" FROM leads')).toEqual([
      { firstName: 'B', callCount: 1 },
    ]);
  });

  it('queues summaries of exactly the changed leads if SUMMARY_REFRESH_DELAY_SECONDS is set', async () => {
    const unchanged = await insertLead(other);
    const leads = ['email,firstName,lastName', ...['a', 'b'].map((name) => `${name}@example.com,A,Name`)];
    const { args, cwd, env } = options(['--leads', await save('leads.csv', leads)]);
    const eager = { ...env, SUMMARY_REFRESH_DELAY_SECONDS: '60' };
    expect((await runProgram(PROGRAM, { args, cwd, env: eager })).code).toBe(0);
    expect((await runProgram(PROGRAM, { args, cwd, env: eager })).code).toBe(0);
    expect(await other.rows('SELECT key FROM summary_queue.jobs ORDER BY key')).toEqual([
      { key: `lead:${unchanged + 1}` },
      { key: `lead:${unchanged + 2}` },
    ]);
    expect(
      (await run('--leads', await save('more.csv', ['email,firstName,lastName', 'c@example.com,C,Name'])))
        .code,
    ).toBe(0);
    expect(await other.rows('SELECT key FROM summary_queue.jobs')).toHaveLength(2);
  });

  it('warns of lists without pages that approach their limits', async () => {
    const { args, cwd, env } = options([
      '--leads',
      await save('leads.csv', [
        'email,firstName,lastName',
        ...['a', 'b', 'c', 'd'].map((name) => `${name}@example.com,A,Name`),
      ]),
      '--interactions',
      await save('interactions.csv', [
        'email,type,date',
        'a@example.com,call,2026-01-01',
        'b@example.com,call,2026-01-01',
      ]),
    ]);
    const limits = { LEADS_LIST_LIMIT: '5', INTERACTIONS_LIST_LIMIT: '1' };
    const { code, stderr } = await runProgram(PROGRAM, { args, cwd, env: { ...env, ...limits } });
    expect(code).toBe(0);
    expect(stderr).toMatch(/WARN: The query leads fails beyond 5: there are 4 \(LEADS_LIST_LIMIT\)\./);
    expect(stderr).toMatch(
      /WARN: The query interactions fails: there are more than 1 \(INTERACTIONS_LIST_LIMIT\)\./,
    );
  });

  it('reports rejected lines on standard error without their content, and exits with 1', async () => {
    const { code, stdout, stderr } = await run(
      '--leads',
      await save('leads.csv', ['email,firstName,lastName', 'Secret,A,Name', 'a@example.com,A,Name']),
    );
    expect(code).toBe(1);
    expect(stderr).toBe('leads line 2: email must be an e-mail address\n');
    expect(stdout).toMatch(/Leads: 1 inserted, 0 updated, 0 unchanged, 1 rejected\./);
    expect(await countRows('leads')).toBe(1);
  });

  it('prints the first 1000 rejected lines of each file, and the number of the others', async () => {
    const { code, stdout, stderr } = await run(
      '--leads',
      await save('leads.csv', ['email', ...Array.from({ length: 1203 }, () => 'x')]),
      '--interactions',
      await save('interactions.csv', [
        'email,type,date',
        ...Array.from({ length: 1001 }, () => 'x,call,2026-01-01'),
      ]),
    );
    expect(code).toBe(1);
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(2002);
    expect(lines[999]).toBe('leads line 1001: email must be an e-mail address');
    expect(lines[1000]).toBe('interactions line 2: no lead has this e-mail');
    expect(lines.slice(-2)).toEqual([
      'leads: 203 more lines were rejected and are not shown',
      'interactions: 1 more lines were rejected and are not shown',
    ]);
    expect(stdout).toMatch(/1203 rejected\.\nInteractions: 0 inserted, 1001 rejected\./);
  });

  it('names leads whose score the database rejects, and exits with 1', async () => {
    await other.rows(`ALTER TABLE leads ADD CONSTRAINT never CHECK ("activityScore" IS NULL)`);
    const { code, stdout, stderr } = await run(
      '--leads',
      await save('leads.csv', ['email,firstName,lastName', 'a@example.com,A,Name']),
    );
    expect(code).toBe(1);
    expect(stderr).toBe('score of lead 1: A check constraint of the database rejected the row.\n');
    expect(stdout).toContain('Leads: 1 inserted');
    expect(stdout).toContain('Scores: 0 calculated, 1 failed.');
    expect(await countRows('leads')).toBe(1);
  });

  it('prints its exit codes and columns with --help', async () => {
    const { code, stdout, stderr } = await run('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('firstName,lastName,email,phone,budget,location,company,source,status');
    expect(stdout).toContain('email,type,date,notes,direction');
    for (const exitCode of ['0', '1', '2', '130']) expect(stdout).toMatch(new RegExp(`\\b${exitCode}\\b`));
  });

  it('exits with 2 and prints its usage if the arguments are invalid', async () => {
    const invalid: [string[], RegExp][] = [
      [[], /Name at least one file/],
      [['--leads'], /argument missing/],
      [['--file', 'x.csv'], /Unknown option '--file'/],
      [['leads.csv'], /Unexpected argument 'leads\.csv'/],
      [['--leads', 'a.csv', '--leads', 'b.csv'], /--leads can be given only once/],
    ];
    for (const [args, message] of invalid) {
      const { code, stdout, stderr } = await run(...args);
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
      expect(stderr).toMatch(message);
      expect(stderr).toContain('Usage: pnpm import:csv');
    }
  });

  it('exits with 2 and imports nothing if a file cannot be used', async () => {
    const leads = await save('leads.csv', ['email,firstName,lastName', 'a@example.com,A,Name']);
    const wrong = await save('interactions.csv', ['email,type,when', 'a@example.com,call,2026-01-01']);
    const missing = await run('--leads', leads, '--interactions', 'nowhere.csv');
    expect(missing).toMatchObject({ code: 2, stdout: '', stderr: 'nowhere.csv: there is no such file.\n' });
    const header = await run('--leads', leads, '--interactions', wrong);
    expect(header).toMatchObject({ code: 2, stdout: '' });
    expect(header.stderr).toBe(
      'interactions.csv: unknown column "when"; no column "date"; the columns are email, type, date, notes, direction.\n',
    );
    expect(await countRows('leads')).toBe(0);
  });

  it('exits with 2 if the database cannot be used', async () => {
    const leads = await save('leads.csv', ['email,firstName,lastName', 'a@example.com,A,Name']);
    const empty = await createEmptyDatabase();
    const { code, stderr } = await runProgram(PROGRAM, {
      cwd: directory.path,
      env: { DATABASE_URL: empty.url },
      args: ['--leads', leads],
    });
    await empty.drop();
    expect(code).toBe(2);
    expect(stderr).toMatch(/^The database lacks these migrations: /);
  });
});

describe('an import that is stopped', () => {
  const PEOPLE = Array.from({ length: 1500 }, (_, index) => `p${index}@example.com,P,Name`);
  let program: RunningProgram;

  /** Starts an import and blocks it after it has written leads and a batch of interactions. */
  async function startAndBlock(): Promise<void> {
    const id = await insertLead(other, { email: 'locked@example.com' });
    await other.rows('BEGIN');
    await other.rows('SELECT 1 FROM leads WHERE id = $1 FOR UPDATE', [id]);
    const contacts = Array.from({ length: 1000 }, () => 'p0@example.com,call,2026-01-01');
    program = startProgram(
      PROGRAM,
      options([
        '--leads',
        await save('leads.csv', ['email,firstName,lastName', ...PEOPLE]),
        '--interactions',
        await save('interactions.csv', [
          'email,type,date',
          ...contacts,
          'locked@example.com,call,2026-01-01',
        ]),
      ]),
    );
    const watcher = await connect(database.url);
    await untilWaiting(watcher);
    await watcher.close();
  }

  /** The session of a killed import ends only after it gets the lock that it waits for. */
  async function unblock(): Promise<void> {
    await other.rows('COMMIT');
    await until(async () => {
      const sessions = await other.rows(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
      return sessions.length === 0;
    });
  }

  it.each([
    { signal: 'SIGINT', code: 130 },
    { signal: 'SIGTERM', code: 143 },
  ] as const)(
    'by $signal reports the rollback, exits with $code at once, and leaves nothing behind',
    async ({ signal, code }) => {
      await startAndBlock();
      program.process.kill(signal);
      expect(await program.finished).toMatchObject({
        code,
        signal: null,
        stdout: '',
        stderr: 'Interrupted: the import was rolled back, and nothing was imported.\n',
      });
      await unblock();
      expect([await countRows('leads'), await countRows('interactions')]).toEqual([1, 0]);
    },
  );

  it('by SIGKILL leaves nothing behind, and can be repeated', async () => {
    await startAndBlock();
    program.process.kill('SIGKILL');
    expect(await program.finished).toMatchObject({ signal: 'SIGKILL', stdout: '' });
    await unblock();
    expect([await countRows('leads'), await countRows('interactions')]).toEqual([1, 0]);

    const { code } = await run('--leads', 'leads.csv', '--interactions', 'interactions.csv');
    expect(code).toBe(0);
    expect([await countRows('leads'), await countRows('interactions')]).toEqual([1501, 1001]);
  });
});
