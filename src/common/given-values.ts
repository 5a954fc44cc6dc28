/**
 * The properties that the client sent. An input object has all of its fields; a field that was not sent is
 * undefined.
 */
export function givenValues<Input extends object>(input: Input): Partial<Input> {
  return Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== undefined),
  ) as Partial<Input>;
}
