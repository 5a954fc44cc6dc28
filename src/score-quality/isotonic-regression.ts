/** Neighbouring values with one rate. */
export interface IsotonicBlock {
  /** The first value of the block. */
  readonly from: number;
  /** The last value, inclusive. */
  readonly to: number;
  readonly count: number;
  readonly wins: number;
}

/**
 * Finds the rates that do not fall with the value and are closest to the observed ones, by the
 * pool-adjacent-violators algorithm (M. Ayer et al., 1955).
 * @param counts the number of observations by value
 * @param wins how many of them were won
 * @returns blocks in ascending order, with rising rates; a value without observations is part of a block only
 *   if it lies within one
 */
export function isotonicBlocks(counts: readonly number[], wins: readonly number[]): IsotonicBlock[] {
  const blocks: IsotonicBlock[] = [];
  for (const [value, count] of counts.entries()) {
    if (count === 0) continue;
    let block: IsotonicBlock = { from: value, to: value, count, wins: wins[value] ?? 0 };
    for (
      let before = blocks.at(-1);
      before !== undefined && isNotBelow(before, block);
      before = blocks.at(-1)
    ) {
      blocks.pop();
      block = {
        from: before.from,
        to: block.to,
        count: before.count + block.count,
        wins: before.wins + block.wins,
      };
    }
    blocks.push(block);
  }
  return blocks;
}

const isNotBelow = (one: IsotonicBlock, other: IsotonicBlock): boolean =>
  one.wins * other.count >= other.wins * one.count;
