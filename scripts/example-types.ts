import { spawnSync } from 'node:child_process';
import path from 'node:path';

const EXAMPLE = path.resolve('examples/client');

/**
 * Generates the types of the example from schema.graphql on disk, with the same command that a user of the
 * example runs.
 * @param isCheck whether to write nothing
 * @returns whether it succeeded and, for a check, whether the types were up to date
 */
export function generateExampleTypes(isCheck: boolean): boolean {
  const codegen = path.join(EXAMPLE, 'node_modules/@graphql-codegen/cli/esm/bin.js');
  const options = ['--errors-only', ...(isCheck ? ['--check'] : [])];
  const { status } = spawnSync(process.execPath, [codegen, ...options], {
    cwd: EXAMPLE,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return status === 0;
}
