import { expect, it } from '@jest/globals';
import { withConnection } from '../support/connection.js';
import { runProgram } from '../support/program.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const SERVER = process.env.TEST_POSTGRES_URL ?? '';

const run = async (...args: string[]) => {
  const directory = await temporaryDirectory();
  try {
    return await runProgram('bench/rescore.js', { args, cwd: directory.path });
  } finally {
    await directory.remove();
  }
};

it('pnpm bench:rescore measures every way at every size, and leaves no database behind', async () => {
  const { code, stdout } = await run(
    '--leads',
    '200',
    '--interactions',
    '3',
    '--rounds',
    '1',
    '--url',
    SERVER,
  );
  expect(code).toBe(0);
  const cells = [
    ...stdout.matchAll(/^\| ([\d,]+ × \d+) \| (.+?) \| [\d.]+ \| [\d,]+ \| [\d.]+ \| [\d.]+ \|/gm),
  ];
  expect(new Set(cells.map(([, size]) => size))).toEqual(new Set(['200 × 3', '20 × 3', '200 × 15']));
  expect(cells).toHaveLength(12);
  expect(stdout).toMatch(/The longest wait .* beside a recalculation of 200 leads/);
  await withConnection(SERVER, async (connection) => {
    expect(await connection.rows(`SELECT FROM pg_database WHERE datname LIKE 'lead_scoring_bench%'`)).toEqual(
      [],
    );
  });
}, 120_000);

it.each([['--leads', '0'], ['--leads', 'many'], ['--sideways']])('refuses %s %s', async (...args) => {
  const { code, stderr } = await run(...args);
  expect(code).toBe(2);
  expect(stderr).toContain('Usage: pnpm bench:rescore');
});
