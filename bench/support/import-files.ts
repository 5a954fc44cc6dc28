import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { now } from '../../src/common/clock.js';

const DAYS = 400;
const MS_A_DAY = 86_400_000;

/** The files of a benchmark. */
export interface BenchFiles {
  readonly leads: string;
  readonly interactions: string;
  /** The same rows with the columns of the tables, for COPY. */
  readonly copied: { readonly leads: string; readonly interactions: string };
}

/** Writes the files of one size. The lines of each lead are scattered over the file of interactions. */
export async function writeFiles(
  directory: string,
  leads: number,
  interactions: number,
): Promise<BenchFiles> {
  const file = (name: string) => path.join(directory, name);
  const files = {
    leads: file('leads.csv'),
    interactions: file('interactions.csv'),
    copied: { leads: file('copied-leads.csv'), interactions: file('copied-interactions.csv') },
  };
  const write = (target: string, lines: Iterable<string>) =>
    pipeline(Readable.from(inChunks(lines)), createWriteStream(target));
  const today = now();
  await write(
    files.leads,
    withHeader('email,firstName,lastName,phone,budget,company,status,source', leadLines(leads)),
  );
  await write(
    files.interactions,
    withHeader('email,type,date,notes,direction', interactionLines(leads, interactions, today, emailOf)),
  );
  const at = today.toISOString();
  await write(files.copied.leads, suffixed(leadLines(leads), `,${at},${at}`));
  await write(
    files.copied.interactions,
    suffixed(
      interactionLines(leads, interactions, today, (n) => String(n + 1)),
      `,${at},${at}`,
    ),
  );
  return files;
}

/** A chunk of many lines is written faster than single lines. */
function* inChunks(lines: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length > 65_536) {
      yield chunk;
      chunk = '';
    }
  }
  yield chunk;
}

function* withHeader(header: string, lines: Iterable<string>): Generator<string> {
  yield header;
  yield* lines;
}

function* suffixed(lines: Iterable<string>, suffix: string): Generator<string> {
  for (const line of lines) yield line + suffix;
}

const emailOf = (n: number): string => `person.${n}@example.com`;

function* leadLines(leads: number): Generator<string> {
  for (let n = 0; n < leads; n += 1) {
    yield `${emailOf(n)},First${n % 300},Last${n % 700},+49 30 ${1_000_000 + n},${(n * 37) % 100_000},Company ${n % 500},${n % 3 === 0 ? 'new' : 'qualified'},website`;
  }
}

function* interactionLines(
  leads: number,
  interactions: number,
  today: Date,
  leadOf: (n: number) => string,
): Generator<string> {
  for (let round = 0; round < interactions; round += 1) {
    for (let n = 0; n < leads; n += 1) {
      const date = new Date(today.getTime() - (((n * 7 + round * 13) % DAYS) + 1) * MS_A_DAY).toISOString();
      const type = n % 3 === 0 ? 'call' : 'email';
      yield `${leadOf(n)},${type},${date},"Asked about prices, round ${round}.",${n % 2 === 0 ? 'inbound' : 'outbound'}`;
    }
  }
}
