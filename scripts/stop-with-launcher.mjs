// `npx -y pnpm@12 start` is a chain of processes: npx, a shell, pnpm, a shell, and the program. pnpm starts
// the program in its own process group. Killing the chain or its group therefore leaves the program running,
// with its port in use. So the program monitors the chain, and shuts down if one of its processes ends.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const CHECK_INTERVAL_MS = 250;

/** Null if the process has ended, or without /proc: nothing is monitored on macOS and Windows. */
function readProcess(pid) {
  try {
    // The format is: pid (name) state parent …; the name may contain any character, including brackets.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    return { pid, parent, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0') };
  } catch {
    return null;
  }
}

const isPackageManager = ({ command }) =>
  command.slice(0, 2).some((argument) => /^(npm|npx|pnpm)\b/.test(path.basename(argument)));

/** Returns this process and its ancestors, up to the one below the outermost package manager. */
function readChain() {
  const ancestors = [];
  for (let entry = readProcess(process.pid); entry !== null; entry = readProcess(entry.parent)) {
    ancestors.push(entry);
  }
  return ancestors.slice(0, Math.max(0, ancestors.findLastIndex(isPackageManager)));
}

/**
 * Sends SIGTERM to this process if a process between it and the outermost package manager ends. The parent of
 * that package manager is not monitored, so a server in the background keeps running.
 */
export function stopWithLauncher() {
  const chain = readChain();
  if (chain.length === 0) return;
  const isBroken = () => chain.some(({ pid, parent }) => readProcess(pid)?.parent !== parent);
  const timer = setInterval(() => {
    if (!isBroken()) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, CHECK_INTERVAL_MS);
  timer.unref();
}
