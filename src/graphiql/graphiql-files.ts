import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
};

export interface AssetFile {
  readonly contentType: string;
  readonly body: Buffer;
}

/** What the page of GraphiQL consists of, as `scripts/build-graphiql.mjs` has bundled it. */
export interface GraphiqlFiles {
  /** With `{{nonce}}` where the nonce goes. */
  readonly page: string;
  /** By name. */
  readonly assets: ReadonlyMap<string, AssetFile>;
}

/**
 * Reads all of it, some 7 MB: what a request names is looked up here and never on the disk, and a new build, which
 * removes the files of the old one, does not break a page that is open.
 * @returns null where there is no bundle, as after `tsc` alone
 */
export function readGraphiqlFiles(directory = bundleDirectory()): GraphiqlFiles | null {
  const page = path.join(directory, 'index.html');
  if (!existsSync(page)) return null;
  const assets = new Map<string, AssetFile>();
  for (const name of readdirSync(path.join(directory, 'assets'))) {
    const contentType = CONTENT_TYPES[path.extname(name)];
    if (contentType === undefined)
      throw new Error(`The bundle of GraphiQL has a file of an unknown kind: ${name}.`);
    assets.set(name, { contentType, body: readFileSync(path.join(directory, 'assets', name)) });
  }
  return { page: readFileSync(page, 'utf8'), assets };
}

/** The same for the sources, which tests run, and for what is built of them in dist/. */
function bundleDirectory(): string {
  let root = import.meta.dirname;
  while (!existsSync(path.join(root, 'package.json'))) root = path.dirname(root);
  return path.join(root, 'dist', 'graphiql');
}
