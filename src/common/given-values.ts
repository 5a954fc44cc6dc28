/** The properties that were given: an input object has all of its fields, undefined where one was left out. */
export function givenValues<Input extends object>(input: Input): Partial<Input> {
  return Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== undefined),
  ) as Partial<Input>;
}
