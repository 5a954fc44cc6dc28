import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { loadSettings } from '../../src/config/settings.js';
import { CoreModule } from '../../src/core.module.js';
import { type CsvSource, sourceAt } from '../../src/imports/files/csv-source.js';
import { type ImportFlags, importOptions } from '../../src/imports/import-flags.js';
import {
  IMPORTED_FILES,
  type ImportProgress,
  type ImportReport,
  type Rejection,
} from '../../src/imports/import-report.js';
import { ImportsModule } from '../../src/imports/imports.module.js';
import { type ImportRequest, ImportsService } from '../../src/imports/imports.service.js';
import { LeadsModule } from '../../src/leads/leads.module.js';
import { connect, type Connection } from './connection.js';
import { databaseReset } from './database-reset.js';
import { temporaryDirectory, type TemporaryDirectory } from './temporary-directory.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/** The content of files: bytes, a text, or lines that end with a line feed. */
type Content = Buffer | string | readonly string[];

export interface Csv {
  readonly leads?: Content;
  readonly interactions?: Content;
  readonly changes?: Content;
}

export interface Imported {
  readonly id: number;
  readonly report: ImportReport;
  /** For example `leads 3: email must be an e-mail address`. */
  readonly rejected: string[];
  readonly progress: ImportProgress[];
}

/** Leads or interactions that were inserted, updated and unchanged, then rejected lines. */
export const counts = (inserted: number, updated: number, unchanged: number, rejectedLines: number) => ({
  inserted,
  updated,
  unchanged,
  rejectedLines,
});

export const contentOf = (content: Content): Buffer | string =>
  typeof content === 'string' || Buffer.isBuffer(content) ? content : `${content.join('\n')}\n`;

/** The services of imports on a database, and a directory for files. */
export class Importer {
  private constructor(
    readonly features: INestApplicationContext,
    readonly directory: TemporaryDirectory,
  ) {}

  static async start(url: string): Promise<Importer> {
    const features = await NestFactory.createApplicationContext(
      CoreModule.register(loadSettings({ NODE_ENV: 'test' }), url, [ImportsModule, LeadsModule]),
      { logger: false, abortOnError: false },
    );
    return new Importer(features, await temporaryDirectory());
  }

  get service(): ImportsService {
    return this.features.get(ImportsService, { strict: false });
  }

  async import(csv: Csv, flags: ImportFlags = {}, more: Partial<ImportRequest> = {}): Promise<Imported> {
    const progress: ImportProgress[] = [];
    const { id, report } = await this.service.import({
      ...(await this.requestOf(csv, flags)),
      onProgress: (step) => progress.push(step),
      ...more,
    });
    if (report === null) throw new Error('The import has no report.');
    return { id, report, rejected: rejectedIn(report), progress };
  }

  async dryRun(csv: Csv, flags: ImportFlags = {}, more: Partial<ImportRequest> = {}): Promise<ImportReport> {
    return this.service.dryRun({ ...(await this.requestOf(csv, flags)), ...more });
  }

  async close(): Promise<void> {
    await this.features.close();
    await this.directory.remove();
  }

  private async requestOf(csv: Csv, flags: ImportFlags): Promise<ImportRequest> {
    const sources: Record<string, CsvSource> = {};
    for (const kind of IMPORTED_FILES) {
      const content = csv[kind];
      if (content === undefined) continue;
      const file = path.join(this.directory.path, `${kind}.csv`);
      await writeFile(file, contentOf(content));
      sources[kind] = sourceAt(file, `${kind}.csv`);
    }
    return { sources, options: importOptions(flags, null), trigger: 'command', caller: 'tester' };
  }
}

function rejectedIn(report: ImportReport): string[] {
  const texts = (kind: string, rejections: readonly Rejection[] = []) =>
    rejections.map(
      ({ line, violations }) => `${kind} ${line}: ${violations.map(({ message }) => message).join('; ')}`,
    );
  return IMPORTED_FILES.flatMap((kind) => texts(kind, report[kind]?.rejections));
}

/** What the tests of a file share. The values exist from `beforeAll` on. */
export interface ImportSetUp {
  readonly database: TestDatabase;
  readonly importer: Importer;
  /** A connection of its own. */
  readonly other: Connection;
  /** Empties the database, which also happens after each test. */
  readonly reset: () => Promise<void>;
}

/** Starts an importer on a database for the tests of a file, and empties the database after each test. */
export function useImporter(): ImportSetUp {
  const setUp: { -readonly [Part in keyof ImportSetUp]?: ImportSetUp[Part] } = {};
  beforeAll(async () => {
    setUp.database = await createTestDatabase();
    setUp.other = await connect(setUp.database.url);
    setUp.reset = await databaseReset(setUp.other);
    setUp.importer = await Importer.start(setUp.database.url);
  });
  afterEach(() => setUp.reset?.());
  afterAll(async () => {
    await setUp.importer?.close();
    await setUp.other?.close();
    await setUp.database?.drop();
  });
  return setUp as ImportSetUp;
}
