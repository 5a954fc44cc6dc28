import { Transform, type TransformCallback } from 'node:stream';

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/** Replaces the LF between the lines of a CSV file by CRLF (RFC 4180). Line breaks within cells stay unchanged. */
export class CrlfLines extends Transform {
  /** Includes the header. */
  lineCount = 0;
  byteCount = 0;
  private isQuoted = false;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const ends = this.lineEnds(chunk);
    const lines = Buffer.allocUnsafe(chunk.length + ends.length);
    let start = 0;
    let position = 0;
    for (const end of ends) {
      position += chunk.copy(lines, position, start, end);
      lines[position] = CR;
      position += 1;
      start = end;
    }
    chunk.copy(lines, position, start);
    this.lineCount += ends.length;
    this.byteCount += lines.length;
    done(null, lines);
  }

  /** A quote within a quoted cell is doubled, so every quote begins or ends a quoted part. */
  private lineEnds(chunk: Buffer): number[] {
    const ends: number[] = [];
    for (let index = 0; index < chunk.length; index += 1) {
      const byte = chunk[index];
      if (byte === QUOTE) this.isQuoted = !this.isQuoted;
      else if (byte === LF && !this.isQuoted) ends.push(index);
    }
    return ends;
  }
}
