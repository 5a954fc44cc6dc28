/** Returns the data of a response. It is present, because errors have already been thrown. */
export function dataOf<Data>({ data }: { readonly data?: Data | null }): Data {
  if (data == null) throw new Error('The answer has neither data nor errors.');
  return data;
}
