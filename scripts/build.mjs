// Builds a new dist/ beside the old one and swaps them. A server that starts at the same time never sees a
// partial build, and files of deleted sources (such as a migration) do not remain.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundlePrograms } from './bundle.mjs';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');

/** Runs a Node.js program, which prints its own errors. */
async function run(...args) {
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', process.stderr, process.stderr],
  });
  const [code] = await once(child, 'close');
  return code === 0;
}

/** Builds dist/. If the compiler or the bundler fails, throws and keeps the old dist/. */
export async function build() {
  const fresh = `${dist}.new-${process.pid}`;
  const old = `${dist}.old-${process.pid}`;
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  try {
    const isBuilt = await Promise.all([
      run(tsc, '-p', path.join(root, 'tsconfig.build.json'), '--outDir', fresh),
      run(path.join(import.meta.dirname, 'build-graphiql.mjs'), path.join(fresh, 'graphiql')),
    ]);
    if (!isBuilt.every(Boolean)) throw new Error('The build failed; see the messages above.');
    await bundlePrograms(fresh);
    writeFileSync(path.join(fresh, '.built'), '');
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(fresh, dist);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await build();
