// Bundles the programs of dist/ with the packages that they import. At the start of the server, Node.js then
// opens 330 files instead of almost 3,000, which halves the time and processor time.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { parseAst } from 'rolldown/parseAst';

const root = path.resolve(import.meta.dirname, '..');

/** Returns the programs that package.json starts with `node scripts/run.mjs src/…`. */
function readPrograms() {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  return Object.values(scripts).flatMap(
    (command) => /^node scripts\/run\.mjs (src\/\S+)\.js/.exec(command)?.[1] ?? [],
  );
}

/**
 * Packages that stay in node_modules: those that read files beside themselves, are loaded by a computed name
 * or must run first, and optional ones.
 */
const UNBUNDLED = new RegExp(
  `^(?:${[
    'reflect-metadata',
    'umzug',
    'pino-pretty',
    'pg-native',
    'pg-hstore',
    'bufferutil',
    'utf-8-validate',
    'ts-morph',
    'typeorm',
    'mongoose',
    '@apollo/gateway',
    '@as-integrations/express5',
    '@fastify/(?:multipart|view)',
    '@mikro-orm/.*',
    // Loaded only if graphile-worker has a configuration file in TypeScript, which it does not have here.
    'typescript',
    // Loaded only to read a file in UTF-16 or Windows-1252. Its tables are large.
    'iconv-lite',
    // Loaded only if tracing is enabled, which is rare.
    '@opentelemetry/(?!api$).*',
    '@nestjs/(?:microservices|mongoose|platform-express|typeorm|websockets)',
  ].join('|')})(?:/.*)?$`,
);

/**
 * Node.js keeps the source of modules in memory, with two bytes for each character if one of them is not
 * Latin-1. So this escapes such characters.
 */
const oneByteCharacters = {
  name: 'one-byte-characters',
  generateBundle: (_options, bundle) => {
    for (const chunk of Object.values(bundle)) chunk.code = escapeWide(chunk.code);
  },
};

const WIDE = /[^\0-\xff]/g;

/** An escape means the same in strings, regular expressions, names and comments, but not in tagged templates. */
function escapeWide(code) {
  if (code.search(WIDE) < 0) return code;
  const kept = taggedTemplatesIn(parseAst(code));
  return code.replace(WIDE, (unit, at) =>
    kept.some(({ start, end }) => at >= start && at < end)
      ? unit
      : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function taggedTemplatesIn(node) {
  if (node === null || typeof node !== 'object') return [];
  const children = Object.values(node).flatMap(taggedTemplatesIn);
  return node.type === 'TaggedTemplateExpression' ? [node.quasi, ...children] : children;
}

/**
 * Replaces each program in a directory by one that imports bundles from its src/chunks/. That directory is as
 * deep as src/database/, so relative paths in the modules stay valid.
 * @throws for an import that the bundler cannot resolve
 */
export async function bundlePrograms(directory) {
  const programs = readPrograms();
  const bundle = await rolldown({
    input: Object.fromEntries(programs.map((program) => [program, path.join(directory, `${program}.js`)])),
    platform: 'node',
    external: (id) => UNBUNDLED.test(id),
    // Packages cause many warnings of rolldown, such as `eval`. An unresolved import must be listed above, or
    // is a mistake.
    onLog: (_level, log) => {
      if (log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message);
    },
  });
  await bundle.write({
    dir: directory,
    plugins: [oneByteCharacters],
    comments: false,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'src/chunks/[name]-[hash].js',
    // Sequelize and Nest use the names of classes.
    keepNames: true,
  });
  await bundle.close();
}
