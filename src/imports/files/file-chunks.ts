import type { FileHandle } from 'node:fs/promises';

/** Large enough for about 1,000 records, small enough for a flat memory. */
const CHUNK_BYTES = 131_072;

/** Reads a file from an offset to its end. Each chunk is a new buffer. */
export async function* readChunks(file: FileHandle, start: number): AsyncGenerator<Buffer> {
  for (let offset = start; ;) {
    const chunk = await readBytes(file, offset, CHUNK_BYTES);
    if (chunk.length === 0) return;
    yield chunk;
    offset += chunk.length;
  }
}

/** Returns fewer bytes only at the end of the file. */
export async function readBytes(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
