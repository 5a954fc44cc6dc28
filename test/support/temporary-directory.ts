import { access, constants, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface TemporaryDirectory {
  readonly path: string;
  remove(): Promise<void>;
}

export async function temporaryDirectory(): Promise<TemporaryDirectory> {
  const directory = await mkdtemp(path.join(tmpdir(), 'lead-scoring-'));
  return { path: directory, remove: () => rm(directory, { recursive: true, force: true }) };
}

/** On Linux, its files are in memory. */
const MEMORY_DIRECTORY = '/dev/shm';

/** Several times of what the files with the most data need at the same time, 0.3 GB. */
const NEEDED_BYTES = 2e9;

/**
 * Returns the parent of the files of a whole run: a directory in memory if it has enough space, otherwise that
 * of the system. The tests create and delete several hundred databases with 450 files each. On a disk, ext4
 * without a journal does not reuse the inodes of just deleted files, and searches longer with each of them.
 */
export async function findTemporaryParent(): Promise<string> {
  if (process.env.TMPDIR !== undefined) return tmpdir();
  try {
    const { bavail, bsize } = await statfs(MEMORY_DIRECTORY);
    await access(MEMORY_DIRECTORY, constants.W_OK);
    return bavail * bsize >= NEEDED_BYTES ? MEMORY_DIRECTORY : tmpdir();
  } catch {
    // Other systems have no such directory.
    return tmpdir();
  }
}
