import { spawnSync } from 'node:child_process';
import path from 'node:path';

const EXAMPLE = path.resolve('examples/client');

/**
 * Generates the types of the example of schema.graphql as it is on the disk, by the very command that somebody runs
 * who has copied the example.
 * @param isCheck write nothing
 * @returns whether it succeeded and, where it is a check, the types were up to date
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
