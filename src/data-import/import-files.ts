import { OperatorError } from '../common/operator-error.js';
import { CsvFile } from './csv-file.js';
import { INTERACTION_SHAPE, type InteractionColumn, LEAD_SHAPE, type LeadColumn } from './csv-schema.js';

/** The paths of the files; either may be left out. */
export interface CsvPaths {
  readonly leads?: string;
  readonly interactions?: string;
}

/** The open files of one import. */
export class ImportFiles {
  private constructor(
    readonly leads: CsvFile<LeadColumn> | null,
    readonly interactions: CsvFile<InteractionColumn> | null,
  ) {}

  /** @throws OperatorError with the errors of all files */
  static async open({ leads, interactions }: CsvPaths): Promise<ImportFiles> {
    const [leadFile, interactionFile] = await Promise.allSettled([
      leads === undefined ? null : CsvFile.open(leads, LEAD_SHAPE),
      interactions === undefined ? null : CsvFile.open(interactions, INTERACTION_SHAPE),
    ]);
    if (leadFile.status === 'fulfilled' && interactionFile.status === 'fulfilled') {
      return new ImportFiles(leadFile.value, interactionFile.value);
    }
    const reasons: unknown[] = [];
    for (const file of [leadFile, interactionFile]) {
      if (file.status === 'rejected') reasons.push(file.reason);
      else await file.value?.close();
    }
    const unexpected = reasons.find((reason) => !(reason instanceof OperatorError));
    if (unexpected !== undefined) throw new Error('A file could not be opened.', { cause: unexpected });
    throw new OperatorError(reasons.map((reason) => (reason as OperatorError).message).join('\n'));
  }

  /** The total size in bytes. */
  get size(): number {
    return (this.leads?.size ?? 0) + (this.interactions?.size ?? 0);
  }

  async close(): Promise<void> {
    await this.leads?.close();
    await this.interactions?.close();
  }
}
