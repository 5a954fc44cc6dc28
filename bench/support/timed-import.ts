import { NestFactory } from '@nestjs/core';
import { loadSettings } from '../../src/config/settings.js';
import { CoreModule } from '../../src/core.module.js';
import { DataImportModule } from '../../src/data-import/data-import.module.js';
import { CsvImportService } from '../../src/data-import/csv-import.service.js';
import type { CsvPaths } from '../../src/data-import/import-files.js';
import { timed } from './benchmark.js';

const SILENT = { onRejectedLine: () => undefined, onProgress: () => undefined };

/**
 * @returns milliseconds
 * @throws Error if a line was not imported
 */
export async function timeImport(url: string, paths: CsvPaths): Promise<number> {
  const settings = loadSettings({ NODE_ENV: 'test' });
  const features = await NestFactory.createApplicationContext(
    CoreModule.register(settings, url, [DataImportModule]),
    { logger: false, abortOnError: false },
  );
  try {
    const service = features.get(CsvImportService, { strict: false });
    let failedCount = 0;
    const milliseconds = await timed(async () => {
      const { leads, interactions, failedScoreCount } = await service.import(
        paths,
        SILENT,
        new AbortController().signal,
      );
      failedCount = leads.rejected + interactions.rejected + failedScoreCount;
    });
    if (failedCount > 0) throw new Error(`${failedCount} lines or scores did not go in.`);
    return milliseconds;
  } finally {
    await features.close();
  }
}
