// Bundles the page of graphiql/ into a directory: `node scripts/build-graphiql.mjs dist/graphiql`. That takes
// seconds, so a bundle in dist/ of the same sources and packages is copied instead.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const page = path.join(root, 'graphiql');
const present = path.join(root, 'dist', 'graphiql');
/** The file with the fingerprint of the bundle's sources; written last. */
const STAMP = '.made-of';

/** The installed packages match the lock file: `pnpm start` and `pnpm test` ensure that. */
function fingerprint() {
  const sources = readdirSync(page, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256');
  for (const file of [...sources, path.join(root, 'pnpm-lock.yaml'), import.meta.filename]) {
    hash
      .update(`${path.relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

async function bundle(directory) {
  // Loaded only if needed.
  const { build } = await import('vite');
  await build({
    root: page,
    base: '/graphiql/',
    configFile: false,
    envDir: false,
    publicDir: false,
    mode: 'production',
    logLevel: 'warn',
    // Otherwise, NODE_ENV=development in the environment would bundle the development version of React.
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      outDir: directory,
      emptyOutDir: true,
      target: 'es2022',
      // The polyfill is for browsers older than the target.
      modulePreload: { polyfill: false },
      // Assets are separate files, so that they are served with their content type.
      assetsInlineLimit: 0,
      // The editor is one chunk of 3 MB, loaded from the same machine.
      chunkSizeWarningLimit: 8_000,
      license: { fileName: 'licenses.md' },
      rolldownOptions: {
        // Packages mark modules for servers or browsers; here all modules are for browsers.
        onwarn: (warning, warn) => warning.code !== 'MODULE_LEVEL_DIRECTIVE' && warn(warning),
      },
    },
    worker: { format: 'es' },
  });
}

const directory = path.resolve(process.argv[2] ?? present);
const madeOf = fingerprint();
const stamp = path.join(present, STAMP);
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === madeOf) {
  if (directory !== present) cpSync(present, directory, { recursive: true });
} else {
  await bundle(directory);
  writeFileSync(path.join(directory, STAMP), madeOf);
}
