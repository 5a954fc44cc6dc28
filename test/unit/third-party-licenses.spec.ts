import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { thirdPartyLicenses } from '../../scripts/third-party-licenses.js';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.js';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => directory.remove());

async function install(name: string, manifest: object): Promise<void> {
  const folder = path.join(directory.path, ...(name === '' ? [] : ['node_modules', name]));
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0', ...manifest }));
}

describe('thirdPartyLicenses', () => {
  it('contains only runtime dependencies, direct or indirect', async () => {
    await install('', { dependencies: { a: '1' }, devDependencies: { tool: '1' } });
    await install('a', { license: 'MIT', dependencies: { b: '1' }, optionalDependencies: { platform: '1' } });
    await install('b', { licenses: [{ type: 'ISC' }] });
    await install('platform', { license: 'MIT' });
    await install('tool', { license: 'GPL-3.0' });
    const list = thirdPartyLicenses(directory.path);
    expect([...list.matchAll(/^(?:##|-) (.*)$/gm)].map(([, line]) => line)).toEqual([
      'ISC',
      'b 1.0.0',
      'MIT',
      'a 1.0.0',
    ]);
  });

  it.each([{ license: 'GPL-3.0' }, { license: 'UNLICENSED' }, {}])('rejects %j', async (manifest) => {
    await install('', { dependencies: { a: '1' } });
    await install('a', manifest);
    expect(() => thirdPartyLicenses(directory.path)).toThrow(/not allowed.*: a 1\.0\.0/);
  });
});
