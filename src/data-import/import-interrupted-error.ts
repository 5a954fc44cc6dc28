/** Somebody stopped the import; it was rolled back. */
export class ImportInterruptedError extends Error {
  override readonly name = 'ImportInterruptedError';
}
