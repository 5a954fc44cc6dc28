import { timed } from './benchmark.js';
import type { ServerUnderTest } from './server-under-test.js';

interface Answer {
  readonly recalculateAllScores: {
    readonly asOf: string;
    readonly count: number;
    readonly failedCount: number;
  };
}

export interface Recalculation {
  readonly milliseconds: number;
  readonly asOf: Date;
}

/**
 * Runs the mutation over HTTP. @throws Error if it has not saved every score, because the time would not be
 * comparable
 */
export async function recalculate(server: ServerUnderTest, leads: number): Promise<Recalculation> {
  let answer: Answer | undefined;
  const milliseconds = await timed(async () => {
    answer = await server.ask<Answer>('mutation { recalculateAllScores { asOf count failedCount } }');
  });
  const { asOf = '', count = 0, failedCount = 0 } = answer?.recalculateAllScores ?? {};
  if (count !== leads) {
    throw new Error(`recalculateAllScores saved ${count} of ${leads} scores, and ${failedCount} failed.`);
  }
  return { milliseconds, asOf: new Date(asOf) };
}
