// Runs a program of dist/ in this process, so that it receives signals and sets the exit code. First updates
// dist/: `node scripts/run.mjs src/cli/migrate.js up`.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './ensure-built.mjs';
import { stopWithLauncher } from './stop-with-launcher.mjs';

stopWithLauncher();
const [, , program, ...args] = process.argv;
try {
  await ensureBuilt();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const file = path.resolve(import.meta.dirname, '..', 'dist', program);
process.argv = [process.execPath, file, ...args];
await import(pathToFileURL(file).href);
