import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { now } from '../../src/common/clock.js';
import type { CsvPaths } from '../../src/data-import/import-files.js';

const INTERACTIONS = 2;
const DAYS = 200;
const MS_A_DAY = 86_400_000;

/** Writes the files of an import. @param prefix of the e-mails: another prefix creates other leads */
export async function writeFiles(directory: string, leads: number, prefix: string): Promise<CsvPaths> {
  const paths = {
    leads: path.join(directory, 'leads.csv'),
    interactions: path.join(directory, 'interactions.csv'),
  };
  await writeFile(paths.leads, leadLines(leads, prefix));
  await writeFile(paths.interactions, interactionLines(leads, prefix));
  return paths;
}

function* leadLines(leads: number, prefix: string): Generator<string> {
  yield 'email,firstName,lastName,budget,company,status,source\n';
  for (let n = 0; n < leads; n += 1) {
    yield `${prefix}.${n}@example.com,First${n % 300},Last${n % 700},${(n * 37) % 100_000},Company ${n % 500},new,website\n`;
  }
}

/** Each round yields one line for every lead, so that the lines of a lead are scattered. */
function* interactionLines(leads: number, prefix: string): Generator<string> {
  yield 'email,type,date,notes\n';
  const today = now().getTime();
  for (let round = 0; round < INTERACTIONS; round += 1) {
    for (let n = 0; n < leads; n += 1) {
      const date = new Date(today - ((n * 7 + round * 13) % DAYS) * MS_A_DAY).toISOString();
      yield `${prefix}.${n}@example.com,${n % 3 === 0 ? 'call' : 'email'},${date},Asked about prices.\n`;
    }
  }
}
