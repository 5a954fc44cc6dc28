/** A value is written in one piece if its JSON has about this length at most. */
const PIECE_LENGTH = 32_768;

/** The JSON of a value, in pieces. As one string, a long response would be in memory two or three times. */
export function* jsonPieces(value: unknown): Generator<string, void, void> {
  if (typeof value !== 'object' || value === null || remaining(value, PIECE_LENGTH) >= 0) {
    yield JSON.stringify(value);
  } else if (Array.isArray(value)) {
    let separator = '[';
    for (const item of value as readonly unknown[]) {
      yield separator;
      yield* jsonPieces(item ?? null);
      separator = ',';
    }
    yield ']';
  } else {
    let separator = '{';
    for (const [name, item] of Object.entries(value)) {
      if (item === undefined) continue;
      yield `${separator}${JSON.stringify(name)}:`;
      yield* jsonPieces(item);
      separator = ',';
    }
    yield '}';
  }
}

/** Subtracts the approximate JSON length of a value from `length`. Stops as soon as the result is below 0. */
function remaining(value: unknown, length: number): number {
  if (typeof value === 'string') return length - value.length - 2;
  if (typeof value !== 'object' || value === null) return length - 5;
  let left = length - 2;
  for (const name in value) {
    left = remaining((value as Record<string, unknown>)[name], left - name.length - 4);
    if (left < 0) break;
  }
  return left;
}
