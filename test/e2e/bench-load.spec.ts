import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantile } from '../../bench/support/load-report.js';
import { withConnection } from '../support/connection.js';
import { runProgram } from '../support/program.js';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.js';

const SERVER = process.env.TEST_POSTGRES_URL ?? '';
const LIMIT_MS = 120_000;

describe('pnpm bench:load', () => {
  let directory: TemporaryDirectory;
  beforeEach(async () => {
    directory = await temporaryDirectory();
  });
  afterEach(() => directory.remove());

  const run = (...args: string[]) => runProgram('bench/load.js', { args, cwd: directory.path });

  it(
    'measures a working day without an error, and leaves no database behind',
    async () => {
      const small = [
        '--leads',
        '300',
        '--interactions',
        '4',
        '--seconds',
        '1',
        '--reads',
        '10',
        '--rounds',
        '1',
      ];
      const { code, stdout, stderr } = await run(...small, '--rates', '10,20', '--url', SERVER);

      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('Error') as unknown });
      const besides = [
        ...stdout.matchAll(
          /^\| (alone|beside \d+ recalculations of 300 leads|beside 2 sessions that only calculate) \|.*\| (\d+) \|$/gm,
        ),
      ];
      expect(besides.map(([, , errors]) => errors)).toEqual(['0', '0', '0']);
      const steps = [...stdout.matchAll(/^\| (\d+) \| [\d.]+ \|(?: [^|]+ \|){8} ([^|]+) \|$/gm)];
      expect(steps.map(([, rate, errors]) => [rate, errors])).toEqual([
        ['10', '0'],
        ['20', '0'],
        ['10', '0'],
      ]);
      const usage = [...stdout.matchAll(/^\| (\d+) \|(?: [\d.]+ \|){4} \d+ \| \d+ \|$/gm)];
      expect(usage.map(([, rate]) => rate)).toEqual(['10', '20', '10']);
      expect(
        await withConnection(SERVER, (connection) =>
          connection.rows(`SELECT FROM pg_database WHERE starts_with(datname, 'lead_scoring_bench_load_')`),
        ),
      ).toEqual([]);
    },
    LIMIT_MS,
  );

  it.each([
    ['--leads', '0'],
    ['--rates', '10,'],
    ['--seconds', 'many'],
    ['--url', 'localhost'],
  ])('rejects %s %s', async (...args) => {
    const { code, stdout, stderr } = await run(...args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: pnpm bench:load');
  });

  it('reports quantiles', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1).reverse();
    expect([0.5, 0.95, 0.99, 1].map((share) => quantile(hundred, share))).toEqual([50, 95, 99, 100]);
  });
});
