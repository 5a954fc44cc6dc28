import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { OperatorError } from '../common/operator-error.js';

/**
 * Rejects files to write that are also read, or written twice, under whatever name or link.
 * @param outputs the files to write by the name of their option
 * @throws OperatorError
 */
export async function rejectOverwriting(
  inputs: readonly string[],
  outputs: readonly (readonly [option: string, file: string])[],
): Promise<void> {
  const read = new Set(await Promise.all(inputs.map(locate)));
  const written = new Map<string, string>();
  for (const [option, file] of outputs) {
    const place = await locate(file);
    if (read.has(place)) {
      throw new OperatorError(`${option} would overwrite ${file}, which is read. Choose another name.`);
    }
    const other = written.get(place);
    if (other !== undefined) {
      throw new OperatorError(`${other} and ${option} would both write ${file}. Choose another name.`);
    }
    written.set(place, option);
  }
}

/** The path without links. The file may not exist yet. */
async function locate(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch {
    const parent = path.dirname(path.resolve(file));
    return path.join(await realpath(parent).catch(() => parent), path.basename(file));
  }
}
