import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RULES_OF_VERSION_1 } from '../../src/leads/scoring/scoring-rules.js';
import { connect, type Connection } from '../support/connection.js';
import { insertLead, readScores } from '../support/fixtures.js';
import { runProgram } from '../support/program.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let directory: TemporaryDirectory;
let database: TestDatabase;
let connection: Connection;

beforeAll(async () => {
  directory = await temporaryDirectory();
  database = await createTestDatabase();
  connection = await connect(database.url);
});
afterAll(async () => {
  await connection.close();
  await database.drop();
  await directory.remove();
});

const run = (...args: string[]) =>
  runProgram('src/cli/rules.js', { cwd: directory.path, env: { DATABASE_URL: database.url }, args });

async function fileOf(name: string, content: unknown): Promise<string> {
  const file = path.join(directory.path, name);
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

describe('pnpm rules', () => {
  it('exports the rules in force, previews a file without writing, publishes it, and exports earlier versions', async () => {
    const id = await insertLead(connection, { status: 'new' });
    const exported = await run('export');
    expect(exported.code).toBe(0);
    expect(JSON.parse(exported.stdout)).toEqual(RULES_OF_VERSION_1);

    const points = RULES_OF_VERSION_1.status.points.map((one) =>
      one.status === 'new' ? { ...one, points: 10 } : one,
    );
    // A single value may stand without brackets, and a budget may be a number.
    const fit = { cap: 0, criteria: [{ field: 'BUDGET', operator: 'AT_LEAST', value: 50_000, points: 5 }] };
    const rules = { ...RULES_OF_VERSION_1, status: { ...RULES_OF_VERSION_1.status, points }, fit };
    // Some editors begin files with a byte order mark.
    const file = await fileOf('rules.json', `\uFEFF${JSON.stringify(rules)}`);
    const preview = await run('preview', file);
    expect(preview.code).toBe(0);
    expect(preview.stdout).toMatch(/^1 lead as of .*: the score of 1 would change\.$/m);
    expect(preview.stdout).toMatch(
      /^lead 1: no score to 10 \(recency 0, engagement 0, budget 0, status 10\)$/m,
    );
    expect(preview.stdout).toMatch(
      /^Backtest on a sample of 0 leads:\nThere are too few outcomes for figures.* 40 more won/m,
    );
    expect(await readScores(connection)).toMatchObject([{ id, activityScore: null }]);

    const published = await run('publish', file, '--note', 'More for new leads');
    expect(published.stdout).toBe(
      'Version 2 is in force: 1 score saved, 0 failed.\nLeads have no win rates until these rules are evaluated: pnpm rules evaluate\n',
    );
    expect(published.code).toBe(0);
    expect(await readScores(connection)).toMatchObject([{ id, activityScore: 10 }]);
    expect(JSON.parse((await run('export', '--version', '1')).stdout)).toEqual(RULES_OF_VERSION_1);
    expect(JSON.parse((await run('export')).stdout)).toMatchObject({
      fit: { criteria: [{ value: ['50000'] }] },
    });
  });

  it('names every problem of a file, and changes nothing', async () => {
    const invalid = await fileOf('invalid.json', {
      ...RULES_OF_VERSION_1,
      bands: { hot: 10, warm: 20 },
      extra: 1,
    });
    const drafts = () => connection.rows('SELECT FROM scoring_rules WHERE version IS NULL');
    const { stderr, code } = await run('publish', invalid);
    expect(code).toBe(2);
    expect(stderr).toContain(
      'The scoring rules are invalid: bands.hot must be above warm; extra is not a known parameter.',
    );
    const cases = [
      ['publish', await fileOf('text.json', '{'), /text\.json is not JSON/],
      ['preview', path.join(directory.path, 'missing.json'), /missing\.json: there is no such file/],
      ['export', '--version', /--version/],
    ] as const;
    for (const [command, argument, message] of cases) {
      const result = await run(command, argument);
      expect(result.code).toBe(2);
      expect(result.stderr).toMatch(message);
    }
    expect(await drafts()).toEqual([]);
  });
});
