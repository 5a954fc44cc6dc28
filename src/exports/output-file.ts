import { createWriteStream } from 'node:fs';
import { realpath, rename, rm, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OperatorError } from '../common/operator-error.js';

const STANDARD_OUTPUT = '-';

/**
 * A file that appears under its name only when it is complete. Standard output, a pipe or a device receives the data at
 * once.
 */
export class OutputFile {
  /**
   * @param path null: standard output
   * @param part null: the data goes directly to `path`
   */
  private constructor(
    private readonly name: string,
    private readonly path: string | null,
    private readonly part: string | null,
  ) {}

  /** @throws OperatorError if the path is that of a directory */
  static async open(name: string): Promise<OutputFile> {
    if (name === STANDARD_OUTPUT) return new OutputFile('standard output', null, null);
    const found = await stat(name).catch(() => null);
    if (found?.isDirectory() === true) throw new OperatorError(`${name} is a directory.`);
    if (found !== null && !found.isFile()) return new OutputFile(name, name, null);
    // A symbolic link stays one.
    const path = found === null ? name : await realpath(name);
    return new OutputFile(name, path, `${path}.part`);
  }

  /** @throws OperatorError if the file cannot be written; the error of the source unchanged */
  async write(source: Readable, signal: AbortSignal): Promise<void> {
    const target =
      this.path === null
        ? process.stdout
        : createWriteStream(this.part ?? this.path, { flush: this.part !== null });
    let targetError: Error | undefined;
    target.once('error', (error: Error) => {
      targetError = error;
    });
    try {
      await pipeline(source, target, { signal, end: this.path !== null });
    } catch (error) {
      if (error !== targetError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new OperatorError(`${this.name} cannot be written: ${reason}`, { cause: error });
    }
  }

  /** Replaces an older file of this name. */
  async complete(): Promise<void> {
    if (this.part !== null && this.path !== null) await rename(this.part, this.path);
  }

  /** Removes what was written. */
  async discard(): Promise<void> {
    if (this.part !== null) await rm(this.part, { force: true });
  }
}
