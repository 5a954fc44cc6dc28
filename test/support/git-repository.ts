import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** A repository in its own directory, used through git. */
export interface GitRepository {
  readonly directory: string;
  git(...args: string[]): void;
  write(file: string, content: string): void;
  commit(message: string): void;
  /** Copies the latest commits into a directory, like CI. */
  cloneShallow(directory: string, depth: number): GitRepository;
}

/** Ignores the settings of the user, and the repository of a hook that may have started the tests. */
const environment = {
  PATH: process.env.PATH,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.com',
};

export function createGitRepository(directory: string): GitRepository {
  const repository = openGitRepository(directory);
  repository.git('init', '--quiet', '--initial-branch=main');
  return repository;
}

function openGitRepository(directory: string): GitRepository {
  const git = (...args: string[]) => {
    execFileSync('git', args, { cwd: directory, env: environment, stdio: 'pipe' });
  };
  return {
    directory,
    git,
    write: (file, content) => {
      writeFileSync(path.join(directory, file), content);
    },
    commit: (message) => {
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', `--message=${message}`);
    },
    cloneShallow: (target, depth) => {
      git('clone', '--quiet', `--depth=${depth}`, pathToFileURL(directory).href, target);
      return openGitRepository(target);
    },
  };
}
