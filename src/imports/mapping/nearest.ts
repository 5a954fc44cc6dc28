import { foldedKey } from '../values/text-folding.js';

/** Returns the name that is most similar to a text, for proposals in messages; null if none is similar. */
export function nearestName(text: string, names: readonly string[]): string | null {
  const key = foldedKey(text);
  let best: { name: string; distance: number } | null = null;
  for (const name of names) {
    const other = foldedKey(name);
    const isPart = key.length > 2 && other !== '' && (other.includes(key) || key.includes(other));
    const distance = isPart ? Math.min(2, Math.abs(other.length - key.length) / 4) : editDistance(key, other);
    if (best === null || distance < best.distance) best = { name, distance };
  }
  return best !== null && best.distance <= Math.max(2, key.length / 2) ? best.name : null;
}

/** The number of characters to insert, delete or replace. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
