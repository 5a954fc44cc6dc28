// Builds dist/ if it is missing or older than its sources. A deployment has no compiler, so its dist/ is used
// unchanged.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');
/** build.mjs writes this file last. */
const stamp = path.join(dist, '.built');

function newestChange(entry) {
  const stats = statSync(entry);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return readdirSync(entry).reduce(
    (newest, name) => Math.max(newest, newestChange(path.join(entry, name))),
    stats.mtimeMs,
  );
}

function hasCompiler() {
  try {
    createRequire(import.meta.url).resolve('typescript/bin/tsc');
    return true;
  } catch {
    return false;
  }
}

/** Ensures that dist/ exists and is up to date. */
export async function ensureBuilt() {
  if (!hasCompiler()) {
    if (existsSync(dist)) return;
    throw new Error('dist/ is missing and there is no compiler: run `pnpm build` before you deploy.');
  }
  const sources = [
    'src',
    'migrations',
    'scripts',
    'bench',
    'graphiql',
    'pnpm-lock.yaml',
    'tsconfig.json',
    'tsconfig.build.json',
    'package.json',
  ];
  // A copy may lack some of them, such as bench.
  const present = sources.map((name) => path.join(root, name)).filter((entry) => existsSync(entry));
  const newest = Math.max(...present.map(newestChange));
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= newest) return;
  console.error('Building…');
  const { build } = await import('./build.mjs');
  await build();
}
