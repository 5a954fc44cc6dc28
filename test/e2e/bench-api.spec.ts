import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withConnection } from '../support/connection.js';
import { runProgram } from '../support/program.js';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.js';

const SERVER = process.env.TEST_POSTGRES_URL ?? '';
const LIMIT_MS = 120_000;

describe('pnpm bench:api', () => {
  let directory: TemporaryDirectory;
  beforeEach(async () => {
    directory = await temporaryDirectory();
  });
  afterEach(() => directory.remove());

  const run = (...args: string[]) => runProgram('bench/api.js', { args, cwd: directory.path });

  it(
    'measures servers with equal responses and pages of lists, and leaves no database behind',
    async () => {
      const small = ['--leads', '60', '--interactions', '6', '--rounds', '1', '--seconds', '1'];
      const { code, stdout, stderr } = await run(...small, '--ladder', '2100', '--url', SERVER);

      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('Error') as unknown });
      const servers = [
        ...stdout.matchAll(
          /^\| ([^|]+) \| [\d,]+ \| [\d,]+ – [\d,]+ \| ([\d.]+) \| [\d,]+ \| [\d,]+ \| (?:[\d.]+|n\/a) \|$/gm,
        ),
      ];
      expect(servers.map(([, name]) => name)).toEqual([
        'this server',
        'bare Apollo Server',
        'GraphQL Yoga',
        'Mercurius with JIT',
        'PostGraphile 4',
      ]);
      expect(servers[1]?.[2]).toBe('1.00');
      expect(stdout).toMatch(/^\| highest score first \| 2,100 \| [\d.]+ \| [\d.]+ \| – \|$/m);
      expect(
        await withConnection(SERVER, (connection) =>
          connection.rows(`SELECT FROM pg_database WHERE starts_with(datname, 'lead_scoring_bench_api_')`),
        ),
      ).toEqual([]);
    },
    LIMIT_MS,
  );

  it.each([
    ['--leads', '0'],
    ['--ladder', '10,'],
    ['--seconds', 'many'],
    ['--url', 'localhost'],
  ])('rejects %s %s', async (...args) => {
    const { code, stdout, stderr } = await run(...args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: pnpm bench:api');
  });
});
