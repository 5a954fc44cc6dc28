import { readFile, writeFile } from 'node:fs/promises';
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
      stderr: [
        'leads: leads.csv: utf-8, delimiter comma, header on line 1, 3 lines',
        'leads: columns: email → email, firstName → firstName, lastName → lastName',
        'leads: first inserted lines: 4',
        'leads: first repeated lines: 2, 3',
        'interactions: interactions.csv: utf-8, delimiter comma, header on line 1, 1 line',
        'interactions: columns: email → email, type → type, date → date',
        'interactions: first inserted lines: 2',
        'interactions: lines have no recorded time, so they count as known only from this import on; to count them as known from their date on, import them with --recorded-as-dated instead (undo this import first) (1 line, first 2)',
        '',
      ].join('\n'),
    });
    expect(stdout).toMatch(
      /^Leads: 1 inserted, 0 updated, 0 unchanged; lines: 2 repeated\.\nInteractions: 1 inserted, 0 updated, 0 unchanged\.\nScores: 1 calculated\.\nImport 1 took \d+\.\d s\. pnpm imports undo 1 undoes it\.\n$/,
    );
    expect(await other.rows('SELECT "firstName", "callCount" FROM leads')).toEqual([
      { firstName: 'B', callCount: 1 },
    ]);
  });

  it('imports changes of leads, and writes rejected lines of several files to a file for each', async () => {
    const { code, stdout } = await run(
      '--changes',
      await save('changes.csv', [
        'email,status,date',
        'a@example.com,won,2026-01-01',
        'b@example.com,won,2026-01-01',
      ]),
      '--leads',
      await save('leads.csv', ['email,firstName,lastName', 'a@example.com,A,Name']),
      ...['--recorded-as-dated', '--rejected', 'rejected.csv'],
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Leads: .*\nChanges: 1 inserted, 0 updated, 0 unchanged; lines: 1 rejected\.\n/);
    expect(await readFile(path.join(directory.path, 'rejected-changes.csv'), 'utf8')).toBe(
      'email,status,date,rejectionReasons\r\nb@example.com,won,2026-01-01,"email: no lead has this e-mail (""b@example.com"")"\r\n',
    );
    expect(
      await other.rows(
        `SELECT "effectiveAt" = "recordedAt" AS "isAsDated", "changedBy" LIKE 'command%' AS "isNamed" FROM lead_changes WHERE "importId" = 1`,
      ),
    ).toEqual([{ isAsDated: true, isNamed: true }]);
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

  it('reports every violation of a rejected line with its value on standard error, and exits with 1', async () => {
    const { code, stdout, stderr } = await run(
      '--leads',
      await save('leads.csv', [
        'email,firstName,lastName,status',
        'no address,A,Name,sideways',
        ',,,',
        '',
        'a@example.com,A,Name,new',
      ]),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^leads line 2: email must be an e-mail address \("no address"\); status must be one of .* \("sideways"\)$/m,
    );
    expect(stderr).toContain('leads: status has "sideways" in 1 line, which is not known\n');
    expect(stdout).toMatch(/Leads: 1 inserted, 0 updated, 0 unchanged; lines: 1 rejected\./);
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
      '--rejected',
      'many.csv',
    );
    // Nothing was imported.
    expect(code).toBe(2);
    const lines = stderr.trimEnd().split('\n');
    expect(lines.filter((line) => line.startsWith('leads line '))).toHaveLength(1000);
    expect(lines.filter((line) => line.startsWith('interactions line '))).toHaveLength(1000);
    expect(lines).toContain('leads: 203 more lines rejected, not shown');
    expect(lines).toContain('interactions: 1 more line rejected, not shown');
    expect(stdout).toMatch(/1,203 rejected\.\nInteractions: 0 inserted, .* 1,001 rejected\./);
    const linesOf = async (name: string) =>
      (await readFile(path.join(directory.path, name), 'utf8')).trimEnd().split('\r\n').length;
    expect([await linesOf('many-leads.csv'), await linesOf('many-interactions.csv')]).toEqual([1204, 1002]);
  });

  it('names leads whose score the database rejects, and exits with 1', async () => {
    await other.rows(`ALTER TABLE leads ADD CONSTRAINT never CHECK ("activityScore" IS NULL)`);
    const { code, stdout, stderr } = await run(
      '--leads',
      await save('leads.csv', ['email,firstName,lastName', 'a@example.com,A,Name']),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/^score of lead 1: A check constraint of the database rejected the row\.$/m);
    expect(stdout).toContain('Leads: 1 inserted');
    expect(stdout).toContain('Scores: 0 calculated, 1 failed.');
    expect(await countRows('leads')).toBe(1);
  });

  it('prints its exit codes and options with --help', async () => {
    const { code, stdout, stderr } = await run('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const option of ['--preset', '--map-status', '--date-order', '--dry-run', '--rejected']) {
      expect(stdout).toContain(option);
    }
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
    const wrong = await save('interactions.csv', ['email,type,whenever', 'a@example.com,call,2026-01-01']);
    const missing = await run('--leads', leads, '--interactions', 'nowhere.csv');
    expect(missing).toMatchObject({ code: 2, stdout: '' });
    expect(missing.stderr).toMatch(/^nowhere\.csv: there is no such file\. /);
    const header = await run('--leads', leads, '--interactions', wrong);
    expect(header).toMatchObject({ code: 2, stdout: '' });
    expect(header.stderr).toMatch(/^interactions\.csv: .*whenever.*--map/);
    const overwriting = await run('--dry-run', '--leads', leads, '--rejected', './leads.csv');
    expect(overwriting).toMatchObject({ code: 2, stdout: '' });
    expect(overwriting.stderr).toMatch(/^--rejected would overwrite \.\/leads\.csv, which is read\./);
    expect(await readFile(path.join(directory.path, leads), 'utf8')).toContain('a@example.com,A,Name');
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
    const contacts = Array.from({ length: 1000 }, (_, index) => `p0@example.com,call,2026-01-01,${index}`);
    program = startProgram(
      PROGRAM,
      options([
        '--leads',
        await save('leads.csv', ['email,firstName,lastName', ...PEOPLE]),
        '--interactions',
        await save('interactions.csv', [
          'email,type,date,notes',
          ...contacts,
          'locked@example.com,call,2026-01-01,',
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
        stderr: 'The import was interrupted and rolled back: nothing was imported.\n',
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

describe('an import of a CRM export', () => {
  it('is planned, imported with a saved mapping, mended, listed and undone', async () => {
    const file = await save('crm.csv', [
      'Weekly report',
      '',
      'First Name;Last Name;Company / Account;Email;Lead Status;Wert',
      'Ada;One;Acme;a@example.com;Working - Contacted;1.234,50 €',
      'Bob;;Acme;b@example.com;Closed - Converted;2.000',
    ]);
    const options = ['--leads', file, '--map', 'Wert=budget', '--rejected', 'rejected.csv'];
    const planned = await run(...options, '--dry-run', '--save-mapping', 'mapping.json');
    expect(planned.code).toBe(1);
    expect(planned.stdout).toMatch(
      /^Leads: 1 inserted, .*; lines: 1 rejected\.\nDry run: nothing was written\./,
    );
    expect(await countRows('leads')).toBe(0);

    const imported = await run('--leads', file, '--mapping', 'mapping.json', '--rejected', 'rejected.csv');
    expect(imported.code).toBe(1);
    expect(await other.rows('SELECT email, company, status, budget FROM leads')).toEqual([
      { email: 'a@example.com', company: 'Acme', status: 'contacted', budget: '1234.50' },
    ]);
    const rejected = await readFile(path.join(directory.path, 'rejected.csv'), 'utf8');
    expect(rejected.split('\r\n')).toEqual([
      'First Name;Last Name;Company / Account;Email;Lead Status;Wert;rejectionReasons',
      'Bob;;Acme;b@example.com;Closed - Converted;2.000;Last Name: lastName must not be empty for a new lead',
      '',
    ]);
    await save('rejected.csv', [rejected.replace('Bob;', 'Bob;Two').trimEnd()]);
    const mended = await run('--leads', 'rejected.csv', '--map', 'Wert=budget', '--decimal', 'comma');
    expect([mended.code, mended.stdout]).toEqual([0, expect.stringContaining('Leads: 1 inserted')]);

    const imports = (...args: string[]) =>
      runProgram('src/cli/imports.js', { cwd: directory.path, env: { DATABASE_URL: database.url }, args });
    const list = await imports('list');
    expect([list.code, list.stdout.trimEnd().split('\n')]).toEqual([
      0,
      [
        expect.stringMatching(/^2 .* rejected\.csv {2}succeeded, 1 row$/),
        expect.stringMatching(/^1 .* crm\.csv {2}succeeded, 1 row$/),
      ],
    ]);
    const undone = await imports('undo', '1');
    expect([undone.code, undone.stdout]).toEqual([
      0,
      'Leads: 1 removed, 0 restored.\nInteractions: 0 removed, 0 restored.\nImport 1 was undone.\n',
    ]);
    await other.rows(`UPDATE leads SET phone = '1'`);
    const kept = await imports('undo', '2');
    expect([kept.code, kept.stderr]).toEqual([1, 'lead 2: The lead has changed since the import.\n']);
    expect(await imports('undo', '2')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^Import 2 cannot be undone: it was undone at /) as unknown,
    });
    for (const args of [[], ['undo'], ['undo', 'x'], ['list', 'x']]) {
      expect(await imports(...args)).toMatchObject({ code: 2 });
    }
    // Starts fifteen programs, one after the other.
  }, 60_000);
});
