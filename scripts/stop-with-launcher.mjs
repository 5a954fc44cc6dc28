// `npx -y pnpm@12 start` is a chain of processes: npx, a shell, pnpm, a shell, and last the program. pnpm gives the
// program a process group of its own, so whoever kills the chain, even its group, leaves the program running,
// with its port taken. Hence the program watches the chain, and stops in good order where it breaks.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const CHECK_INTERVAL_MS = 250;

/** Null where the process is gone, or where there is no /proc: on macOS and Windows nothing is watched. */
function readProcess(pid) {
  try {
    // pid (name) state parent …, where the name may hold anything, brackets included.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    return { pid, parent, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0') };
  } catch {
    return null;
  }
}

const isPackageManager = ({ command }) =>
  command.slice(0, 2).some((argument) => /^(npm|npx|pnpm)\b/.test(path.basename(argument)));

/** This process and its ancestors, up to the one below the outermost package manager. */
function readChain() {
  const ancestors = [];
  for (let entry = readProcess(process.pid); entry !== null; entry = readProcess(entry.parent)) {
    ancestors.push(entry);
  }
  return ancestors.slice(0, Math.max(0, ancestors.findLastIndex(isPackageManager)));
}

/**
 * Sends this process a SIGTERM where a process between it and the outermost package manager that started it
 * ends. Whoever started that one may end as they like: a server that was put into the background stays.
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
