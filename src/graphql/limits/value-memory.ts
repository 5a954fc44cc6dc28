/** An object, a list or an entry of one. */
const VALUE_BYTES = 64;
/** One character that is not Latin makes a string twice as long. */
const CHARACTER_BYTES = 2;

/** @returns how many bytes of memory a JSON value takes at most. It may be nested to any depth. */
export function memoryOfValue(value: unknown): number {
  const rest = [value];
  let bytes = 0;
  while (rest.length > 0) {
    const next = rest.pop();
    bytes += VALUE_BYTES;
    if (typeof next === 'string') bytes += next.length * CHARACTER_BYTES;
    if (typeof next !== 'object' || next === null) continue;
    for (const [key, item] of Object.entries(next)) {
      if (!Array.isArray(next)) bytes += key.length * CHARACTER_BYTES;
      rest.push(item);
    }
  }
  return bytes;
}
