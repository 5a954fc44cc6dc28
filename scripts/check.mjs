// Runs every check, two at a time, even if one fails. The last line is `N passed, N failed`.
// `--breaking-change` announces a breaking change that is not committed yet.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const CHECKS_AT_A_TIME = 2;

/**
 * Returns the executable of a package for the current Node.js. Without a shell, it works the same on Windows.
 */
function programOf(name, program = name) {
  const directory = path.join(root, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8'));
  return path.join(directory, typeof bin === 'string' ? bin : bin[program]);
}

const sideBySide = [
  { name: 'eslint', command: () => [programOf('eslint'), '.', '--max-warnings', '0'] },
  { name: 'prettier', command: () => [programOf('prettier'), '--check', '.'] },
  { name: 'tsc', command: () => [programOf('typescript', 'tsc'), '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'tsc of the page', command: () => [programOf('typescript', 'tsc'), '-p', 'graphiql'] },
  {
    name: 'tsc of examples/client',
    command: () => [programOf('typescript', 'tsc'), '--noEmit', '-p', 'examples/client/tsconfig.json'],
  },
  {
    name: 'dependency-cruiser',
    command: () => [
      programOf('dependency-cruiser'),
      '--config',
      '.dependency-cruiser.mjs',
      'src',
      'migrations',
      'bench',
      'graphiql',
      'examples/client/src',
    ],
  },
  { name: 'knip', command: () => [programOf('knip'), '--no-progress'] },
];

/** One by one, because each may build, and others would see an incomplete build. */
const atTheEnd = [
  {
    name: 'schema changes',
    command: () => ['scripts/run.mjs', 'scripts/check-schema-changes.js', ...process.argv.slice(2)],
    isTalkative: true,
  },
  { name: 'generated files', command: () => ['scripts/run.mjs', 'scripts/generate.js', '--check'] },
];

/** Runs a Node.js program. Resolves to whether its exit code is 0, its whole output, and its standard output. */
function run(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let report = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      report += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ isOk: false, output: error.message }));
    child.on('close', (code) => resolve({ isOk: code === 0, output, report }));
  });
}

async function runCheck({ name, command, isTalkative = false }) {
  const start = performance.now();
  // A missing package only fails its own check.
  const {
    isOk,
    output,
    report = '',
  } = await Promise.resolve()
    .then(() => run(command()))
    .catch((error) => ({ isOk: false, output: error.message }));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${isOk ? 'ok ' : 'FAILED'} ${name} (${seconds} s)`);
  const shown = (isOk ? report : output).trim();
  if (!isOk || (isTalkative && shown !== '')) console.log(`${shown}\n`);
  return isOk;
}

async function runChecks(checks, checksAtATime) {
  const waiting = [...checks];
  const results = [];
  const work = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      results.push(await runCheck(check));
    }
  };
  await Promise.all(Array.from({ length: checksAtATime }, work));
  return results;
}

const results = [...(await runChecks(sideBySide, CHECKS_AT_A_TIME)), ...(await runChecks(atTheEnd, 1))];
const passed = results.filter((isOk) => isOk).length;
console.log(`${passed} passed, ${results.length - passed} failed`);
process.exitCode = passed === results.length ? 0 : 1;
