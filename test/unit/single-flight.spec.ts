import { describe, expect, it } from 'vitest';
import { SingleFlight } from '../../src/common/single-flight.js';

/** Work that ends when the test ends it. */
function controlled() {
  let end: (result: string) => void = () => undefined;
  const signals: AbortSignal[] = [];
  const work = (signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<string>((resolve, reject) => {
      end = resolve;
      signal.addEventListener('abort', () => {
        reject(new Error('aborted'));
      });
    });
  };
  return {
    work,
    signals,
    end: (result: string) => {
      end(result);
    },
  };
}

const neverAborted = () => new AbortController().signal;

describe('SingleFlight', () => {
  it('runs work once for concurrent callers, and again for later callers', async () => {
    const shared = new SingleFlight<number, string>();
    const { work, signals, end } = controlled();
    const both = Promise.all([shared.run(1, neverAborted(), work), shared.run(1, neverAborted(), work)]);
    end('done');
    expect(await both).toEqual(['done', 'done']);
    const later = shared.run(1, neverAborted(), work);
    end('again');
    expect(await later).toBe('again');
    expect(signals).toHaveLength(2);
  });

  it('runs work separately for each key', async () => {
    const shared = new SingleFlight<number, string>();
    const one = controlled();
    const two = controlled();
    const both = Promise.all([
      shared.run(1, neverAborted(), one.work),
      shared.run(2, neverAborted(), two.work),
    ]);
    one.end('one');
    two.end('two');
    expect(await both).toEqual(['one', 'two']);
  });

  it('aborts the work only after all callers have aborted', async () => {
    const shared = new SingleFlight<number, string>();
    const { work, signals } = controlled();
    const [first, second] = [new AbortController(), new AbortController()];
    const calls = [shared.run(1, first.signal, work), shared.run(1, second.signal, work)];
    first.abort(new Error('gone'));
    await expect(calls[0]).rejects.toThrow('gone');
    expect(signals[0]?.aborted).toBe(false);
    second.abort(new Error('gone too'));
    await expect(calls[1]).rejects.toThrow('gone too');
    expect(signals[0]?.aborted).toBe(true);
    // A later caller does not join the aborted work.
    const { work: other, end } = controlled();
    const next = shared.run(1, neverAborted(), other);
    end('fresh');
    expect(await next).toBe('fresh');
  });

  it('does not start work for a caller that has already aborted', async () => {
    const { work, signals } = controlled();
    const shared = new SingleFlight<number, string>();
    await expect(shared.run(1, AbortSignal.abort(new Error('gone')), work)).rejects.toThrow('gone');
    expect(signals).toHaveLength(0);
  });

  it('rejects for all callers if the work fails', async () => {
    const shared = new SingleFlight<number, string>();
    const work = () => Promise.reject(new Error('no'));
    const calls = [shared.run(1, neverAborted(), work), shared.run(1, neverAborted(), work)];
    for (const call of calls) await expect(call).rejects.toThrow('no');
  });
});
