/** The data of an answer. Errors were thrown before, so it is there. */
export function dataOf<Data>({ data }: { readonly data?: Data | null }): Data {
  if (data == null) throw new Error('The answer has neither data nor errors.');
  return data;
}
