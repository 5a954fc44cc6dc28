import { chmod, readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withConnection } from '../support/connection.js';
import { runProgram, startProgram } from '../support/program.js';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.js';

const SERVER = process.env.TEST_POSTGRES_URL ?? '';
const SMALL = ['--leads', '200', '--interactions', '3', '--rounds', '1', '--url', SERVER];
const LIMIT_MS = 120_000;

describe('pnpm bench:rescore', () => {
  let directory: TemporaryDirectory;
  beforeEach(async () => {
    directory = await temporaryDirectory();
  });
  afterEach(() => directory.remove());

  const run = (...args: string[]) => runProgram('bench/rescore.js', { args, cwd: directory.path });

  it(
    'measures every strategy at every size, and leaves no database behind',
    async () => {
      const { code, stdout, stderr } = await run(...SMALL, '--indexes');

      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('Error') as unknown });
      const strategies = [
        'one plain statement',
        'recalculateAllScores',
        'recalculateAllScores, every score changes',
        'the ORM, lead by lead',
        'an UPDATE of every row',
      ];
      const sizes = ['200 × 3', '20 × 3', '200 × 15'];
      const measured = [
        ...stdout.matchAll(
          /^\| ([\d,]+ × \d+) \| ([^|(]+?) (?:\([^|]*\) )?\| [\d.]+ \| [\d.]+ – [\d.]+ \| [\d,]+ \| [\d.]+ \| [\d.]+ \|/gm,
        ),
      ].map(([, size, strategy]) => [size, strategy]);
      expect(measured).toEqual(sizes.flatMap((size) => strategies.map((strategy) => [size, strategy])));
      expect(stdout).toMatch(/^\| time grows \| 10\.00 times the leads \| 5\.00 times the interactions \|$/m);
      expect(stdout).toMatch(/^\| recalculateAllScores \| 200 × 3 \| 20 × 3 \| 200 × 15 \|$/m);
      expect(stdout).toMatch(/^\| beside a recalculation of 200 leads \([\d.]+ s\) \| [\d,]+ \|/m);
      expect(stdout).toMatch(/^\| with an index on `leadId` alone \| [\d.]+ \|/m);
      expect(await benchDatabases()).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'leaves no database behind if it is interrupted',
    async () => {
      const program = startProgram('bench/rescore.js', { args: SMALL, cwd: directory.path });
      await program.untilPrinted(/Medians of 1 interleaved rounds/);
      program.process.kill('SIGINT');

      expect(await program.finished).toMatchObject({ code: 130 });
      expect(await benchDatabases()).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'stops and removes the embedded server if it is interrupted during a statement',
    async () => {
      await chmod(directory.path, 0o711);
      const program = startProgram('bench/rescore.js', {
        args: ['--leads', '200000'],
        env: { TMPDIR: directory.path },
        cwd: directory.path,
      });
      await program.untilPrinted(/Medians of 5 interleaved rounds/);
      program.process.kill('SIGTERM');

      expect(await program.finished).toMatchObject({
        code: 143,
        stderr: expect.not.stringContaining('failed') as unknown,
      });
      expect(await readdir(directory.path)).toEqual([]);
    },
    LIMIT_MS,
  );

  it.each([['--leads', '0'], ['--rounds', 'many'], ['--url', 'localhost'], ['--sideways']])(
    'rejects %s',
    async (...args) => {
      const { code, stdout, stderr } = await run(...args);

      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('Usage: pnpm bench:rescore');
    },
  );
});

function benchDatabases(): Promise<unknown[]> {
  return withConnection(SERVER, (connection) =>
    connection.rows(
      `SELECT datname FROM pg_database WHERE starts_with(datname, 'lead_scoring_bench_rescore_')`,
    ),
  );
}
