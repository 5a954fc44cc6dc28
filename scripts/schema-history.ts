import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

export interface Commit {
  readonly hash: string;
  /** For people: the short hash and the subject. */
  readonly name: string;
  /** What its trailers `Breaking-change: …` say. */
  readonly reasons: readonly string[];
  readonly isMerge: boolean;
}

/** The commits that changed a file, as far as git tells here. */
export interface FileHistory {
  readonly isShallow: boolean;
  /**
   * Those of the main line, the oldest first. What was merged is one step of it, as it was for whoever uses what is
   * on the main line.
   */
  mainLine(count: number): Promise<Commit[]>;
  /** Those that a merge brought along, the oldest first. */
  mergedBy(merge: Commit): Promise<Commit[]>;
  /** The file as of a revision; null: it was not there. */
  contentAt(revision: string): Promise<string | null>;
}

const MAX_OUTPUT = 64 * 1024 * 1024;

/** Around a commit and between what is told of it: control characters, which no message has. */
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
 * @param directory where the file is, at any depth of a repository
 * @returns null where there is nothing to ask: no repository, none with a commit, or no git
 * @throws where there is a repository that git cannot read
 */
export async function historyOf(directory: string, file: string): Promise<FileHistory | null> {
  const git = async (...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(
      'git',
      // A checkout that belongs to somebody else, as in a container, is read all the same.
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
    // A repository that has no commit yet can be read, unlike one that is damaged.
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
