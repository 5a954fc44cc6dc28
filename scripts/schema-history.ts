import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

export interface Commit {
  readonly hash: string;
  /** Readable text: the short hash and the subject. */
  readonly name: string;
  /** The values of its `Breaking-change` trailers. */
  readonly reasons: readonly string[];
  readonly isMerge: boolean;
}

/** The commits that changed a file, as far as the local repository contains them. */
export interface FileHistory {
  readonly isShallow: boolean;
  /**
   * Returns the commits of the main line, the oldest first. A merge is one step, as it was for users of the
   * main line.
   */
  mainLine(count: number): Promise<Commit[]>;
  /** Returns the commits that a merge added, the oldest first. */
  mergedBy(merge: Commit): Promise<Commit[]>;
  /** The file at a revision; null: it did not exist. */
  contentAt(revision: string): Promise<string | null>;
}

const MAX_OUTPUT = 64 * 1024 * 1024;

/** Separators of commits and their fields: control characters, which commit messages do not contain. */
const [RECORD, FIELD, END] = ['\x1e', '\x1f', '\x1d'];
const FORMAT = [`${RECORD}%H`, '%h %s', '%P', `%(trailers:key=Breaking-change,valueonly,unfold)${END}`].join(
  FIELD,
);

function readCommit(record: string): Commit {
  const [hash = '', name = '', parents = '', reasons = ''] = (record.split(END)[0] ?? '').split(FIELD);
  return {
    hash,
    name,
    reasons: reasons.split('\n').filter((reason) => reason.trim() !== ''),
    isMerge: parents.includes(' '),
  };
}

/**
 * @param directory the directory of the file, at any depth of a repository
 * @returns null if there is no repository, no commit, or no git
 * @throws if git cannot read an existing repository
 */
export async function historyOf(directory: string, file: string): Promise<FileHistory | null> {
  const git = async (...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(
      'git',
      // Also reads a checkout that another user owns, as in a container.
      ['-c', `safe.directory=${directory}`, ...args],
      { cwd: directory, maxBuffer: MAX_OUTPUT },
    );
    return stdout;
  };
  const commitsOf = async (...range: string[]) =>
    (await git('rev-list', '--reverse', `--format=${FORMAT}`, ...range, '--', file))
      .split(RECORD)
      .slice(1)
      .map(readCommit);

  try {
    await git('rev-parse', '--verify', '--quiet', 'HEAD');
  } catch (error) {
    if (isProgramMissing(error) || !existsSync(path.join(directory, '.git'))) return null;
    // Distinguishes a repository without commits, which git can read, from a damaged one.
    await git('rev-parse', '--git-dir');
    return null;
  }
  return {
    isShallow: (await git('rev-parse', '--is-shallow-repository')).trim() === 'true',
    mainLine: (count) => commitsOf('--first-parent', `--max-count=${count}`, 'HEAD'),
    mergedBy: async ({ hash }) =>
      (await commitsOf('--full-history', `${hash}^1..${hash}`)).filter((commit) => commit.hash !== hash),
    contentAt: async (revision) => {
      const object = `${revision}:./${file}`;
      const isThere = await git('rev-parse', '--verify', '--quiet', object).then(
        () => true,
        () => false,
      );
      return isThere ? git('show', object) : null;
    },
  };
}

const isProgramMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
