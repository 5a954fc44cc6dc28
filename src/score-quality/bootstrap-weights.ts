import { SeededRandom } from '../common/seeded-random.js';

/** The number of resampled data sets. */
export const REPLICATES = 200;

const SEED = 0x5ca1ab1e;

/** Numbers with the distribution Poisson(1), for 16 random bits. */
const POISSON = poissonTable();

/**
 * Calculates how often a lead is part of each resampled data set. Resampling leads with replacement means that
 * each lead occurs about Poisson(1) times, independent of the others (N. Chamandy et al., "Estimating
 * Uncertainty for Massive Data Streams", 2012). So leads need not be kept in memory. The weights follow from the id of
 * the lead, so an evaluation of the same data returns the same intervals.
 * @param weights is filled
 * @returns the largest weight
 */
export function bootstrapWeights(leadId: number, weights: Uint8Array): number {
  const random = new SeededRandom(leadId ^ SEED);
  let largest = 0;
  for (let replicate = 0; replicate < weights.length; replicate += 2) {
    const bits = random.bits();
    const one = POISSON[bits & 0xffff] ?? 0;
    const other = POISSON[bits >>> 16] ?? 0;
    weights[replicate] = one;
    weights[replicate + 1] = other;
    largest = Math.max(largest, one, other);
  }
  return largest;
}

function poissonTable(): Uint8Array {
  const table = new Uint8Array(0x10000);
  let probability = Math.exp(-1);
  let until = probability;
  for (let [index, count] = [0, 0]; index < table.length; index += 1) {
    while ((index + 0.5) / table.length > until) {
      count += 1;
      probability /= count;
      until += probability;
      if (probability < 1e-12) until = 1;
    }
    table[index] = count;
  }
  return table;
}
