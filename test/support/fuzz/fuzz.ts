import fc from 'fast-check';

/** The number of concurrent requests: as many as the server has connections, and a few that wait. */
const SENDERS = 16;

const seedOf = (name: string): number =>
  process.env[name] === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(process.env[name]);

/**
 * Runs many cases concurrently. A failed case is shrunk and reported with the seed. `FUZZ_SEED=…
 * FUZZ_FACTOR=…` repeats the same cases, or more of them.
 * @param count the number of cases, multiplied by FUZZ_FACTOR
 * @param defectOf returns the defect of a case; null: none
 */
export async function fuzz<Case>(
  cases: fc.Arbitrary<Case>,
  count: number,
  defectOf: (one: Case) => Promise<string | null>,
): Promise<void> {
  const seed = seedOf('FUZZ_SEED');
  const numRuns = count * Number(process.env.FUZZ_FACTOR ?? 1);
  let index = 0;
  let failed: { index: number; defect: string; value: Case } | undefined;
  const values = fc.sample(cases, { seed, numRuns });
  const work = async (): Promise<void> => {
    while (index < values.length && failed === undefined) {
      const at = index++;
      const defect = await defectOf(values[at] as Case);
      if (defect !== null) failed ??= { index: at, defect, value: values[at] as Case };
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, work));
  if (failed !== undefined) throw new Error(await smallest(cases, seed, failed, defectOf));
}

async function smallest<Case>(
  cases: fc.Arbitrary<Case>,
  seed: number,
  { index, defect, value }: { index: number; defect: string; value: Case },
  defectOf: (one: Case) => Promise<string | null>,
): Promise<string> {
  let lastDefect = defect;
  const property = fc.asyncProperty(cases, async (one) => {
    const found = await defectOf(one);
    if (found === null) return true;
    lastDefect = found;
    return false;
  });
  const { failed, counterexample } = await fc.check(property, {
    seed,
    path: String(index),
    numRuns: 1,
    interruptAfterTimeLimit: 5_000,
  });
  const example = failed ? counterexample?.[0] : value;
  return `${lastDefect} (FUZZ_SEED=${seed}, case ${index}${failed ? ', made smaller' : ', once'}):\n${JSON.stringify(example)?.slice(0, 4000)}`;
}
