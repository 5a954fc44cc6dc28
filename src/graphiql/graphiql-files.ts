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

/** The files of the GraphiQL page, bundled by `scripts/build-graphiql.mjs`. */
export interface GraphiqlFiles {
  /** Contains `{{nonce}}` as the placeholder of the nonce. */
  readonly page: string;
  /** Keys are file names. */
  readonly assets: ReadonlyMap<string, AssetFile>;
}

/**
 * Reads all files into memory, about 7 MB. Requests therefore never read paths from the disk. A new build,
 * which deletes the old files, does not break an open page.
 * @returns null if there is no bundle, for example after `tsc` alone
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

/** Returns the same directory for the sources, which tests run, and for the build in dist/. */
function bundleDirectory(): string {
  let root = import.meta.dirname;
  while (!existsSync(path.join(root, 'package.json'))) root = path.dirname(root);
  return path.join(root, 'dist', 'graphiql');
}
