/** The import was interrupted and rolled back. */
export class ImportInterruptedError extends Error {
  override readonly name = 'ImportInterruptedError';
}
