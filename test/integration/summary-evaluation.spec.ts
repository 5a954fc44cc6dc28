import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../support/program.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';

const PROGRAM = 'test/evaluation/evaluate-summaries.js';

describe('pnpm eval:summaries', () => {
  let directory: TemporaryDirectory;
  beforeAll(async () => {
    directory = await temporaryDirectory();
  });
  afterAll(() => directory.remove());

  it('reaches its targets against a model that obeys every note, and prints them in a table', async () => {
    const { code, stdout, stderr } = await runProgram(PROGRAM, { cwd: directory.path });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const traces = stdout.split('\n').filter((line) => line.includes('traces'));
    expect(traces).toHaveLength(6);
    for (const line of traces) expect(line).toMatch(/\| +0 of \d+ \|/);
    expect(stdout).not.toContain('NO ');
  });

  it('requires a model with --online, and rejects unknown arguments', async () => {
    const online = await runProgram(PROGRAM, { cwd: directory.path, args: ['--online'] });
    expect(online.code).toBe(2);
    expect(online.stderr).toContain('OPENROUTER_API_KEY');
    expect((await runProgram(PROGRAM, { cwd: directory.path, args: ['--nonsense'] })).code).toBe(2);
    expect((await runProgram(PROGRAM, { cwd: directory.path, args: ['--help'] })).stdout).toContain(
      'Usage: pnpm eval:summaries',
    );
  });
});
