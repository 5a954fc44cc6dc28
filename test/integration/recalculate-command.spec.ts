import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ADVISORY_LOCKS } from '../../src/database/advisory-locks.js';
import { connect, type Connection, untilWaiting, withConnection } from '../support/connection.js';
import { insertLead, insertLeads, readScores } from '../support/fixtures.js';
import { databaseLineOf, runProgram, type RunningProgram, startProgram } from '../support/program.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.js';

const PROGRAM = 'src/cli/recalculate.js';
const REJECTED = 'A check constraint of the database rejected the row.';

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

const options = (args: readonly string[] = [], url = database.url) => ({
  cwd: directory.path,
  env: { DATABASE_URL: url },
  args,
});
const run = (...args: string[]) => runProgram(PROGRAM, options(args));

interface RunRow {
  readonly trigger: string;
  readonly onlyStale: boolean;
  readonly status: string;
  readonly savedCount: number;
  readonly failedCount: number;
  readonly error: string | null;
}

const readRuns = () =>
  other.rows<RunRow>(
    'SELECT "startedBy" AS trigger, "onlyStale", status, "doneCount" AS "savedCount", "failedCount", error FROM rescore_runs ORDER BY id',
  );

const rejectScores = (condition: string) =>
  other.rows(
    `ALTER TABLE leads ADD CONSTRAINT rejected CHECK ("activityScore" IS NULL OR NOT (${condition}))`,
  );

const readScored = async () =>
  (await readScores(other)).filter(({ activityScore }) => activityScore !== null).map(({ id }) => id);

const age = (id: number, hours: number) =>
  other.rows(
    `UPDATE leads SET "scoreCalculatedAt" = "scoreCalculatedAt" - $2 * interval '1 hour' WHERE id = $1`,
    [id, hours],
  );

describe('pnpm recalculate', () => {
  it('saves every score, prints the totals of its record, and exits with 0', async () => {
    const ids = await insertLeads(other, 1203);
    const { code, databaseLine, stdout, stderr } = await run();
    expect({ code, databaseLine, stderr }).toEqual({
      code: 0,
      databaseLine: databaseLineOf(database.url),
      stderr: '',
    });
    const scores = await readScores(other);
    expect(scores.map(({ id, activityScore }) => [id, activityScore])).toEqual(ids.map((id) => [id, 3]));
    const [{ asOf } = { asOf: new Date(0) }] = await other.rows<{ asOf: Date }>(
      'SELECT "asOf" FROM rescore_runs',
    );
    expect(new Set(scores.map(({ scoreCalculatedAt }) => scoreCalculatedAt?.getTime()))).toEqual(
      new Set([asOf.getTime()]),
    );
    expect(stdout.replace(/\d+\.\d s/, 'N s')).toBe(
      `Recalculation 1: 1,203 scores saved as of ${asOf.toISOString()}, 0 failed, 0 skipped, in N s.\n`,
    );
    expect(await readRuns()).toEqual([
      {
        trigger: 'command',
        onlyStale: false,
        status: 'succeeded',
        savedCount: 1203,
        failedCount: 0,
        error: null,
      },
    ]);
  });

  it('exits with 0 if there are no leads', async () => {
    const { code, stdout, stderr } = await run();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Recalculation 1: 0 scores saved as of /);
  });

  it('names the first 100 rejected leads, counts the rest, saves the others, and exits with 1', async () => {
    const ids = await insertLeads(other, 151);
    await rejectScores(`id > ${ids[0]}`);
    const { code, stdout, stderr } = await run();
    expect(code).toBe(1);
    const lines = ids.slice(1, 101).map((id) => `lead ${id}: ${REJECTED}`);
    expect(stderr.trimEnd().split('\n')).toEqual([...lines, '… and 50 more']);
    expect(stdout).toMatch(/^Recalculation 1: 1 score saved as of .*, 150 failed, 0 skipped, in /);
    expect(await readScored()).toEqual(ids.slice(0, 1));
    expect(await readRuns()).toMatchObject([{ status: 'succeeded', savedCount: 1, failedCount: 150 }]);
  });

  it('exits with 2 if every lead is rejected', async () => {
    const id = await insertLead(other);
    await rejectScores('true');
    const { code, stdout, stderr } = await run();
    expect({ code, stderr }).toEqual({ code: 2, stderr: `lead ${id}: ${REJECTED}\n` });
    expect(stdout).toMatch(/^Recalculation 1: 0 scores saved as of .*, 1 failed, 0 skipped, in /);
  });

  it('exits with 2 and prints the cause if the whole recalculation fails', async () => {
    await insertLead(other);
    await other.rows('ALTER TABLE rescore_runs ADD CHECK ("doneCount" = 0)');
    const { code, stdout, stderr } = await run();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^The recalculation failed and was rolled back: no score was changed\. .*\nCause: .*rescore_runs.*\n$/,
    );
    expect(await readScored()).toEqual([]);
  });

  it('exits with 2 at once if another recalculation or an import is in progress', async () => {
    await insertLead(other);
    await other.rows('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.bulkScoring]);
    const { code, stdout, stderr } = await run();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe('Another recalculation or import is in progress. Try again when it has ended.\n');
    expect(await readScored()).toEqual([]);
    expect(await readRuns()).toEqual([]);
  });
});

describe('pnpm recalculate', () => {
  it('--only-stale recalculates the scores that would change, and those older than --max-age', async () => {
    const [fresh = 0, day = 0, week = 0, never = 0] = await insertLeads(other, 4);
    await run();
    await age(day, 30);
    await age(week, 168);
    await other.rows('UPDATE leads SET "scoreCalculatedAt" = NULL WHERE id = $1', [never]);
    const before = await readTimes();

    const older = await run('--only-stale', '--max-age', '100.5');
    expect(older).toMatchObject({ code: 0, stderr: '' });
    expect(older.stdout).toMatch(/^Recalculation 2: 2 scores saved as of /);
    const between = await readTimes();
    expect(changed(before, between)).toEqual([week, never]);

    await other.rows('UPDATE leads SET "activityScore" = 50 WHERE id = $1', [day]);
    const usual = await run('--only-stale');
    expect(usual.stdout).toMatch(/^Recalculation 3: 1 score saved as of /);
    const after = await readTimes();
    expect(changed(between, after)).toEqual([day]);
    expect(after.get(fresh)).toBe(before.get(fresh));
    expect((await readRuns()).map(({ onlyStale }) => onlyStale)).toEqual([false, true, true]);
  });

  it('--verify names and repairs the leads that differ from their interactions', async () => {
    const [differing, fine] = await insertLeads(other, 2);
    await run();
    await other.rows('BEGIN; SET LOCAL session_replication_role = replica');
    await other.rows('UPDATE leads SET "callCount" = 3 WHERE id = $1', [differing]);
    await other.rows('COMMIT');
    const { code, stdout } = await run('--verify');
    expect({ code, lines: stdout.split('\n').slice(0, 2) }).toEqual({
      code: 0,
      lines: [
        `lead ${differing}: The contact state did not match the interactions. It was repaired.`,
        '1 lead differed from the interactions.',
      ],
    });
    expect(stdout).not.toContain(`lead ${fine}:`);
    expect((await run('--verify')).stdout).toMatch(/^0 leads differed from the interactions.\n/);
  });

  const readTimes = async () =>
    new Map(
      (await readScores(other)).map(({ id, scoreCalculatedAt }) => [id, scoreCalculatedAt?.toISOString()]),
    );
  const changed = (before: Map<number, unknown>, after: Map<number, unknown>) =>
    [...after].filter(([id, time]) => time !== before.get(id)).map(([id]) => id);
});

describe('the usage of pnpm recalculate', () => {
  it('is printed with options and exit codes by --help', async () => {
    const { code, stdout, stderr } = await run('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const option of ['--only-stale', '--max-age HOURS']) expect(stdout).toContain(option);
    for (const exitCode of ['0', '1', '2']) expect(stdout).toMatch(new RegExp(`^.{11}${exitCode} `, 'm'));
  });

  it('is printed if the arguments are invalid; the exit code is 2, and nothing changes', async () => {
    await insertLead(other);
    const invalid: [string[], RegExp][] = [
      [['--max-age', '3'], /^--max-age requires --only-stale\./],
      [['--only-stale', '--max-age', 'day'], /^--max-age must be a number from 0 to \d+\.\n/],
      [['--only-stale', '--max-age', '0x10'], /^--max-age must be a number from 0/],
      [['--only-stale', '--max-age', ''], /^--max-age must be a number from 0/],
      [['--only-stale', '--max-age=-1'], /^--max-age must be a number from 0/],
      [['--all'], /Unknown option '--all'/],
    ];
    for (const [args, message] of invalid) {
      const { code, stdout, stderr } = await run(...args);
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
      expect(stderr).toMatch(message);
      expect(stderr).toContain('\nUsage: pnpm recalculate');
    }
    expect(await readScored()).toEqual([]);
    expect(await readRuns()).toEqual([]);
  });

  it('is not printed if the database cannot be used; the error is, and the exit code is 2', async () => {
    const empty = await createEmptyDatabase();
    const { code, stderr } = await runProgram(PROGRAM, options([], empty.url));
    await empty.drop();
    expect(code).toBe(2);
    expect(stderr).toMatch(/^The database lacks these migrations: /);
  });
});

describe('a recalculation that is stopped', () => {
  let program: RunningProgram;

  /** Starts a recalculation and blocks it after it has written leads. */
  async function startAndBlock(): Promise<void> {
    const ids = await insertLeads(other, 500);
    await blockAfterWriting(ids[499]);
    program = startProgram(PROGRAM, options());
    await withConnection(database.url, untilWaiting);
  }

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s reports the rollback, exits with 2 at once, changes nothing and is recorded as cancelled',
    async (signal) => {
      await startAndBlock();
      program.process.kill(signal);
      expect(await program.finished).toMatchObject({
        code: 2,
        signal: null,
        stdout: '',
        stderr:
          'The recalculation was rolled back: no score was changed. It was interrupted at the terminal.\n',
      });
      expect(await readScored()).toEqual([]);
      expect(await readRuns()).toMatchObject([
        { trigger: 'command', status: 'cancelled', error: 'It was interrupted at the terminal.' },
      ]);
    },
  );

  it('before it has started changes nothing and exits with 2', async () => {
    await insertLead(other);
    await other.rows('BEGIN');
    await other.rows('LOCK TABLE "SequelizeMeta"');
    program = startProgram(PROGRAM, options());
    await withConnection(database.url, untilWaiting);
    program.process.kill('SIGINT');
    await other.rows('COMMIT');
    expect(await program.finished).toMatchObject({ code: 2, signal: null, stdout: '' });
    expect(await readScored()).toEqual([]);
  });

  it('a second time exits with 2 without waiting for the database', async () => {
    await insertLead(other);
    await other.rows('BEGIN');
    // The command does not know yet whether a migration is pending, so there is nothing to roll back.
    await other.rows('LOCK TABLE "SequelizeMeta"');
    program = startProgram(PROGRAM, options());
    await withConnection(database.url, untilWaiting);
    program.process.kill('SIGINT');
    program.process.kill('SIGTERM');
    expect(await program.finished).toMatchObject({ code: 2, signal: null, stdout: '', stderr: '' });
    await other.rows('COMMIT');
    expect(await readScored()).toEqual([]);
  });
});

/** Blocks a recalculation after it has written a lead, until the session of this test releases its lock. */
async function blockAfterWriting(id: number | undefined): Promise<void> {
  // A recalculation limits how long it waits for a lock; the trigger waits longer.
  await other.rows(`
    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = 0 AS
      'BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NULL; END';
    CREATE TRIGGER wait AFTER UPDATE ON leads FOR EACH ROW WHEN (NEW.id = ${id})
      EXECUTE FUNCTION wait()`);
  await other.rows('SELECT pg_advisory_lock(42)');
}
