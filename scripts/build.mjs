// Builds dist/ beside the old one and swaps it in, so that a server that starts meanwhile never sees half a
// build, and so that no file of a deleted source (a migration, say) survives in it.
import { spawnSync } from 'node:child_process';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');

/** Builds dist/; throws where the compiler finds a fault, and leaves the old dist/ as it was. */
export function build() {
  const fresh = `${dist}.new-${process.pid}`;
  const old = `${dist}.old-${process.pid}`;
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  try {
    const { status } = spawnSync(
      process.execPath,
      [tsc, '-p', path.join(root, 'tsconfig.build.json'), '--outDir', fresh],
      { cwd: root, stdio: ['ignore', process.stderr, process.stderr] },
    );
    if (status !== 0) throw new Error('The build failed; see the compiler messages above.');
    writeFileSync(path.join(fresh, '.built'), '');
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(fresh, dist);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) build();
