import { afterEach, beforeEach, expect, it } from 'vitest';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createDataDirectory } from '../support/prepared-postgres.js';
import { startProgram, startServerProgram } from '../support/program.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { until } from '../support/until.js';

const RECALCULATE = 'mutation { recalculateAllScores { count } }';
const FIFTEEN = { data: { recalculateAllScores: { count: 15 } } };

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => directory.remove());

/** Variables for another PostgreSQL: the driver reads the first ones, the PostgreSQL programs the others. */
const FOREIGN = {
  PGSSLMODE: 'verify-full',
  PGOPTIONS: '-c no_such_setting=1',
  PGCLIENT_ENCODING: 'LATIN1',
  PGAPPNAME: 'other',
  PGHOST: '/nowhere',
  PGPORT: '1',
  PGUSER: 'nobody',
  PGPASSWORD: 'wrong',
  PGDATABASE: 'other',
  PGDATA: '/nowhere',
  PGSERVICE: 'other',
  PGTZ: 'America/Lima',
  NODE_PG_FORCE_NATIVE: '1',
};

const start = () => startServerProgram({ cwd: directory.path, env: FOREIGN });
const dataDirectory = () => path.join(directory.path, '.data', 'postgres');
const postmasterFile = () => path.join(dataDirectory(), 'postmaster.pid');
const isPostgresRunning = () => existsSync(postmasterFile());

it('starts with the demo leads the first time, and later with the existing data', async () => {
  const first = await start();
  expect(await first.ask(RECALCULATE)).toEqual(FIFTEEN);
  await first.ask('mutation { removeLead(id: 1) }');
  const { code, stdout, stderr } = await first.stop();
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain(
    'Database: lead_scoring in the embedded PostgreSQL in .data/postgres, with 15 demo leads in it',
  );
  expect(stdout).toContain('curl');
  expect(stdout).toContain('in a browser to use GraphiQL');
  expect(isPostgresRunning()).toBe(false);

  const second = await start();
  expect(await second.ask(RECALCULATE)).toEqual({ data: { recalculateAllScores: { count: 14 } } });
  expect((await second.stop()).stdout).not.toContain('demo leads');
});

it('starts again after it was killed', async () => {
  await createDataDirectory(dataDirectory());
  const first = await start();
  first.process.kill('SIGKILL');
  await first.finished;
  const second = await start();
  expect(await second.ask(RECALCULATE)).toEqual(FIFTEEN);
  await second.stop();
  expect(isPostgresRunning()).toBe(false);
});

it('runs beside a second server on the same data, and the demo leads are loaded once', async () => {
  const servers = await Promise.all([start(), start()]);
  for (const server of servers) expect(await server.ask(RECALCULATE)).toEqual(FIFTEEN);
  await servers[0].stop();
  expect(isPostgresRunning()).toBe(true);
  expect(await servers[1].ask(RECALCULATE)).toEqual(FIFTEEN);
  await servers[1].stop();
  expect(isPostgresRunning()).toBe(false);
});

it.each([
  ['src/main.js', 0],
  ['src/cli/seed.js', 143],
])('leaves no PostgreSQL running if SIGTERM comes while %s starts', async (name, exitCode) => {
  await createDataDirectory(dataDirectory());
  const program = startProgram(name, { cwd: directory.path, env: { PORT: '0' } });
  await until(isPostgresRunning);
  program.process.kill('SIGTERM');
  const { code, stdout } = await program.finished;
  expect([code, stdout]).toEqual([exitCode, '']);
  expect(isPostgresRunning()).toBe(false);
});

/** Starts the server as pnpm does: through a shell, in a process group of its own. */
const PACKAGE_MANAGER = `
  process.title = 'pnpm start';
  const { spawn } = await import('node:child_process');
  spawn('sh', ['-c', '"$NODE" "$PROGRAM" src/main.js; exit'], { stdio: 'inherit', detached: true });
  setInterval(() => undefined, 1000);`;

(process.platform === 'linux' ? it : it.skip)(
  'stops PostgreSQL if the package manager that started it is killed',
  async () => {
    await createDataDirectory(dataDirectory());
    const launcher = spawn(process.execPath, ['--input-type=module', '-e', PACKAGE_MANAGER], {
      cwd: directory.path,
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        NODE: process.execPath,
        PROGRAM: path.resolve(import.meta.dirname, '..', '..', 'scripts', 'run.mjs'),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve) => {
      launcher.stdout.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('ready at')) resolve();
      });
    });
    launcher.kill('SIGKILL');
    // The pipe ends when the last process that writes to it has ended: the server, not the launcher.
    await once(launcher.stdout, 'close');
    expect(isPostgresRunning()).toBe(false);
  },
);
