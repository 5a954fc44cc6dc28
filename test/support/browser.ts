import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

const ROOT = path.resolve(import.meta.dirname, '..', '..');

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** The message if there is no browser. */
export const NO_BROWSER =
  'These tests need Chromium. It comes with the packages on Linux x64; elsewhere install Chromium or Google Chrome, or name one with CHROMIUM_PATH.';

/** Whether there is a browser: that of CHROMIUM_PATH, of the packages, or an installed one. */
export function hasBrowser(): boolean {
  return process.env.CHROMIUM_PATH !== undefined || isPackageForHere() || installed() !== undefined;
}

/**
 * Starts a browser that can only connect to this machine: it resolves no other name and connects to no other
 * address.
 */
export async function launchBrowser(): Promise<Browser> {
  const { executablePath, env } = await findBrowser();
  return chromium.launch({
    executablePath,
    env: { ...definedEnvironment(), ...env },
    args: ['--disable-gpu', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
  });
}

interface FoundBrowser {
  readonly executablePath: string;
  readonly env?: Readonly<Record<string, string>>;
}

async function findBrowser(): Promise<FoundBrowser> {
  const named = process.env.CHROMIUM_PATH;
  if (named !== undefined) return { executablePath: named };
  if (isPackageForHere()) return unpacked();
  const executablePath = installed();
  if (executablePath === undefined) throw new Error(NO_BROWSER);
  return { executablePath };
}

function isPackageForHere(): boolean {
  return process.platform === 'linux' && process.arch === 'x64';
}

function installed(): string | undefined {
  return INSTALLED.find((file) => existsSync(file));
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/**
 * Unpacks the browser once. It does not use the shared temporary directory, where another user could have
 * placed another program.
 */
async function unpacked(): Promise<FoundBrowser> {
  const directory = path.join(ROOT, 'node_modules', '.cache', `chromium-${packageVersion()}`);
  if (!existsSync(directory)) await unpackTo(directory);
  return {
    executablePath: path.join(directory, 'chromium'),
    env: {
      // The package is built for AWS Lambda, which has only glibc, so it contains most other libraries.
      LD_LIBRARY_PATH: path.join(directory, 'al2023', 'lib'),
      FONTCONFIG_FILE: path.join(directory, 'fonts.conf'),
    },
  };
}

function packageVersion(): string {
  const manifest = path.join(ROOT, 'node_modules', '@sparticuz', 'chromium', 'package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

/** Unpacks to a temporary directory first, so that a killed run leaves no incomplete browser. */
async function unpackTo(directory: string): Promise<void> {
  await mkdir(path.dirname(directory), { recursive: true });
  const fresh = await mkdtemp(`${directory}.new-`);
  try {
    await promisify(execFile)(process.execPath, [path.join(import.meta.dirname, 'unpack-chromium.mjs')], {
      // The second variable makes the package unpack the libraries too.
      env: { ...process.env, TMPDIR: fresh, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' },
    });
    await writeFile(path.join(fresh, 'fonts.conf'), fontConfiguration(path.join(directory, 'fonts')));
    // Another user may run the next tests.
    await chmod(path.join(fresh, 'chromium'), 0o755);
    await chmod(fresh, 0o755);
    await rename(fresh, directory);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** The included configuration expects the fonts in the shared temporary directory. */
function fontConfiguration(fonts: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${fonts}</dir><cachedir>${fonts}-cache</cachedir></fontconfig>
`;
}
