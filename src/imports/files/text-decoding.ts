import { StringDecoder } from 'node:string_decoder';
import iconv from 'iconv-lite';
import type { Encoding } from './file-format.js';

/** Decodes a file chunk by chunk. Characters may be cut at the end of a chunk. */
export interface TextDecoder {
  write(chunk: Buffer): string;
  end(): string;
}

/**
 * How a file becomes text.
 *
 * A file with mixed encodings is decoded to one character per byte, and cell by cell after it was split. Otherwise
 * invalid bytes could no longer be told from the replacement character.
 */
export interface TextCoding {
  readonly encoding: Encoding;
  readonly isMixed: boolean;
}

export function createDecoder({ encoding, isMixed }: TextCoding): TextDecoder {
  if (isMixed) return { write: (chunk) => chunk.toString('latin1'), end: () => '' };
  switch (encoding) {
    case 'utf-8': {
      const decoder = new StringDecoder('utf8');
      return { write: (chunk) => decoder.write(chunk), end: () => decoder.end() };
    }
    case 'windows-1252':
      return withoutEnd(iconv.getDecoder(encoding));
    case 'utf-16le':
    case 'utf-16be':
      return utf16Decoder(encoding);
  }
}

// Node.js 20 has a TextDecoder for Windows-1252, but it decodes the bytes 80 to 9F as control characters.
function withoutEnd(decoder: iconv.DecoderStream): TextDecoder {
  return { write: (chunk) => decoder.write(chunk), end: () => decoder.end() ?? '' };
}

function utf16Decoder(encoding: 'utf-16le' | 'utf-16be'): TextDecoder {
  const decoder = iconv.getDecoder(encoding, { stripBOM: false });
  let length = 0;
  return {
    write: (chunk) => {
      length += chunk.length;
      return decoder.write(chunk);
    },
    // Half a character at the end of a truncated file must not disappear: `violationIn` finds a lone surrogate.
    end: () => (decoder.end() ?? '') + (length % 2 === 1 ? '\ud800' : ''),
  };
}

export const decodeWindows1252 = (bytes: Buffer): string => iconv.decode(bytes, 'windows-1252');
