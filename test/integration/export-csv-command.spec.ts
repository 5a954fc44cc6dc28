import { once } from 'node:events';
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect, type Connection, untilWaiting } from '../support/connection.js';
import { insertInteraction, insertLead } from '../support/fixtures.js';
import { databaseLineOf, runProgram, startProgram } from '../support/program.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const PROGRAM = 'src/cli/export-csv.js';

let directory: TemporaryDirectory;
let database: TestDatabase;
let other: Connection;

beforeAll(async () => {
  database = await createTestDatabase();
  other = await connect(database.url);
  const won = await insertLead(other, { email: 'won@example.com', status: 'won' });
  await insertLead(other, { email: 'new@example.com' });
  await insertInteraction(other, won, { notes: 'Hello.' });
  await other.rows(`UPDATE interactions SET date = '2026-01-01'`);
});
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => directory.remove());
afterAll(async () => {
  await other.close();
  await database.drop();
});

const options = (args: readonly string[]) => ({
  cwd: directory.path,
  env: { DATABASE_URL: database.url },
  args,
});
const run = (...args: string[]) => runProgram(PROGRAM, options(args));
const read = (name: string) => readFile(path.join(directory.path, name), 'utf8');

const HEADER =
  'firstName,lastName,email,phone,budget,location,company,source,status,externalSource,externalId';
const WON = 'Ada,Lovelace,won@example.com,,,,,,won,,';
const NEW = 'Ada,Lovelace,new@example.com,,,,,,new,,';
const INTERACTIONS =
  'email,type,date,notes,direction,externalSource,externalId,occurrence\r\nwon@example.com,call,2026-01-01T00:00:00.000Z,Hello.,,,,1\r\n';

describe('pnpm export:csv', () => {
  it('writes both files, prints the counts, and exits with 0', async () => {
    await writeFile(path.join(directory.path, 'leads.csv'), 'an older export');
    const { code, databaseLine, stdout, stderr } = await run(
      '--leads',
      'leads.csv',
      '--interactions',
      'i.csv',
    );
    expect({ code, databaseLine, stdout }).toEqual({
      code: 0,
      databaseLine: databaseLineOf(database.url),
      stdout: '',
    });
    const leads = `${[HEADER, WON, NEW].join('\r\n')}\r\n`;
    expect(stderr.replace(/\d+\.\d s/, '1.0 s')).toBe(
      `leads: 2 lines and a header, ${leads.length} bytes.\n` +
        `interactions: 1 lines and a header, ${INTERACTIONS.length} bytes.\nTook 1.0 s.\n`,
    );
    expect(await read('leads.csv')).toBe(leads);
    expect(await read('i.csv')).toBe(INTERACTIONS);
    expect((await readdir(directory.path)).sort()).toEqual(['i.csv', 'leads.csv']);
  });

  it('applies the filter, and writes to standard output', async () => {
    expect((await run('--leads', '-', '--status', 'WON', '--status', 'x')).stdout).toBe(
      `${[HEADER, WON].join('\r\n')}\r\n`,
    );
    expect((await run('--leads', '-', '--open')).stdout).toBe(`${[HEADER, NEW].join('\r\n')}\r\n`);
    expect((await run('--interactions', '-', '--open')).stdout).not.toContain('Hello.');
    expect((await run('--leads', '-', '--min-score', '100')).stdout).toBe(`${HEADER}\r\n`);
    expect((await run('--leads', '-', '--scores')).stdout).toContain(
      `${HEADER},activityScore,scoreCalculatedAt\r\n`,
    );
  });

  it('replaces the target of a symbolic link, and keeps the link', async () => {
    await writeFile(path.join(directory.path, 'target.csv'), 'older');
    await symlink('target.csv', path.join(directory.path, 'link.csv'));
    expect((await run('--leads', 'link.csv')).code).toBe(0);
    expect((await lstat(path.join(directory.path, 'link.csv'))).isSymbolicLink()).toBe(true);
    expect(await read('target.csv')).toContain(WON);
  });

  it.each([
    [[], 'Name at least one file.'],
    [['--leads', 'a.csv', '--interactions', './a.csv'], 'must name different files'],
    [['--leads', '-', '--interactions', '-'], 'must name different files'],
    [['--leads', 'a.csv', '--leads', 'b.csv'], '--leads can be given only once.'],
    [['--interactions', 'a.csv', '--scores'], '--scores requires --leads.'],
    [['--leads', 'a.csv', '--min-score', 'high'], 'whole number from 0 to 100'],
    [['--leads', 'a.csv', '--status', ''], 'status can be given'],
    [['--leads', 'a.csv', '--statuses', 'won'], '--statuses'],
    [['--leads', 'sub'], 'sub is a directory.'],
    [['--leads', 'missing/a.csv'], 'missing/a.csv cannot be written: ENOENT'],
  ])('exits with 2 and writes nothing with the arguments %j', async (args, message) => {
    await mkdir(path.join(directory.path, 'sub'));
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(await readdir(directory.path)).toEqual(['sub']);
  });

  it('prints its usage', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: pnpm export:csv /);
  });

  it('keeps the older files, and reads one snapshot, if the second file fails', async () => {
    await writeFile(path.join(directory.path, 'leads.csv'), 'older');
    const { code, stderr } = await run('--leads', 'leads.csv', '--interactions', 'missing/i.csv');
    expect(code).toBe(2);
    expect(stderr).toContain('missing/i.csv cannot be written');
    expect(await read('leads.csv')).toBe('older');
    expect(await readdir(directory.path)).toEqual(['leads.csv']);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('exits and keeps the older file if it is interrupted by %s', async (signal, expected) => {
    await writeFile(path.join(directory.path, 'leads.csv'), 'older');
    const lockHolder = await connect(database.url);
    try {
      await lockHolder.rows('BEGIN; LOCK TABLE interactions IN ACCESS EXCLUSIVE MODE');
      const program = startProgram(PROGRAM, options(['--leads', 'leads.csv', '--interactions', 'i.csv']));
      await untilWaiting(other);
      program.process.kill(signal);
      const { code, stderr } = await program.finished;
      expect(code).toBe(expected);
      expect(stderr).toContain('Interrupted: nothing was exported.');
    } finally {
      await lockHolder.close();
    }
    expect(await readdir(directory.path)).toEqual(['leads.csv']);
    expect(await read('leads.csv')).toBe('older');
  });

  it('writes both files from one snapshot', async () => {
    const lockHolder = await connect(database.url);
    try {
      await lockHolder.rows('BEGIN; LOCK TABLE interactions IN ACCESS EXCLUSIVE MODE');
      const program = startProgram(PROGRAM, options(['--leads', 'leads.csv', '--interactions', 'i.csv']));
      await untilWaiting(other);
      await lockHolder.rows(`UPDATE interactions SET notes = 'Later.'`);
      await lockHolder.rows('COMMIT');
      expect((await program.finished).code).toBe(0);
      expect(await read('i.csv')).toBe(INTERACTIONS);
    } finally {
      await lockHolder.close();
      await other.rows(`UPDATE interactions SET notes = 'Hello.'`);
    }
  });

  it('exits with 2 if the reader of standard output has gone', async () => {
    const [id] = await other.rows<{ id: number }>('SELECT id FROM leads LIMIT 1');
    await other.rows(
      `INSERT INTO interactions (type, date, notes, "leadId", "createdAt", "updatedAt")
       SELECT 'call', now(), repeat('x', 1000), $1, now(), now() FROM generate_series(1, 5000)`,
      [id?.id],
    );
    const program = startProgram(PROGRAM, options(['--interactions', '-']));
    const stdout = program.process.stdout;
    if (stdout === null) throw new Error('There is no standard output.');
    await once(stdout, 'data');
    stdout.destroy();
    const { code, stderr } = await program.finished;
    expect(code).toBe(2);
    expect(stderr).toContain('standard output cannot be written: write EPIPE');
    await other.rows(`DELETE FROM interactions WHERE notes <> 'Hello.'`);
  });
});
