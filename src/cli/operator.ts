import os from 'node:os';

/** The user of the operating system. A container may run under a number that has no name. */
export function operatorName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
