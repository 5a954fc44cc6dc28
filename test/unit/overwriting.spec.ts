import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rejectOverwriting } from '../../src/cli/overwriting.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';

let directory: TemporaryDirectory;

beforeAll(async () => {
  directory = await temporaryDirectory();
  await writeFile(at('leads.csv'), '');
  await mkdir(at('folder'));
  await symlink(at('leads.csv'), at('link.csv'));
  await symlink(directory.path, at('folder/back'));
});
afterAll(() => directory.remove());

const at = (name: string) => path.join(directory.path, name);

describe('files to write', () => {
  it.each(['leads.csv', './leads.csv', 'folder/../leads.csv', 'link.csv', 'folder/back/leads.csv'])(
    'must not be files that are read: %s',
    async (name) => {
      await expect(rejectOverwriting([at('leads.csv')], [['--rejected', at(name)]])).rejects.toThrow(
        `--rejected would overwrite ${at(name)}, which is read. Choose another name.`,
      );
    },
  );

  it('must be different files', async () => {
    const outputs = [
      ['--rejected', at('new.csv')],
      ['--save-mapping', at('folder/back/new.csv')],
    ] as const;
    await expect(rejectOverwriting([at('leads.csv')], outputs)).rejects.toThrow(
      '--rejected and --save-mapping would both write',
    );
  });

  it('may be new, and may replace other files', async () => {
    const outputs = [
      ['--rejected', at('nowhere/new.csv')],
      ['--save-mapping', at('folder/leads.csv')],
    ] as const;
    await expect(rejectOverwriting([at('leads.csv'), at('missing.csv')], outputs)).resolves.toBeUndefined();
  });
});
