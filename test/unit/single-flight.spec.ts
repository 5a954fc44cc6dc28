import { describe, expect, it } from 'vitest';
import { SingleFlight } from '../../src/common/single-flight.js';

/** Work that ends when it is told to. */
function controlled() {
  let end: (result: string) => void = () => undefined;
  const signals: AbortSignal[] = [];
  const work = (signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<string>((resolve, reject) => {
      end = resolve;
      signal.addEventListener('abort', () => {
        reject(new Error('given up'));
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

const staying = () => new AbortController().signal;

describe('shared work', () => {
  it('is done once for all who ask while it is under way, and anew for who comes later', async () => {
    const shared = new SingleFlight<number, string>();
    const { work, signals, end } = controlled();
    const both = Promise.all([shared.run(1, staying(), work), shared.run(1, staying(), work)]);
    end('done');
    expect(await both).toEqual(['done', 'done']);
    const later = shared.run(1, staying(), work);
    end('again');
    expect(await later).toBe('again');
    expect(signals).toHaveLength(2);
  });

  it('is done for each key', async () => {
    const shared = new SingleFlight<number, string>();
    const one = controlled();
    const two = controlled();
    const both = Promise.all([shared.run(1, staying(), one.work), shared.run(2, staying(), two.work)]);
    one.end('one');
    two.end('two');
    expect(await both).toEqual(['one', 'two']);
  });

  it('goes on where one goes away, and is given up where all have', async () => {
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
    // Whoever comes then does not join what is being given up.
    const { work: other, end } = controlled();
    const next = shared.run(1, staying(), other);
    end('fresh');
    expect(await next).toBe('fresh');
  });

  it('is not begun for who has gone already', async () => {
    const { work, signals } = controlled();
    const shared = new SingleFlight<number, string>();
    await expect(shared.run(1, AbortSignal.abort(new Error('gone')), work)).rejects.toThrow('gone');
    expect(signals).toHaveLength(0);
  });

  it('fails for all where it fails', async () => {
    const shared = new SingleFlight<number, string>();
    const work = () => Promise.reject(new Error('no'));
    const calls = [shared.run(1, staying(), work), shared.run(1, staying(), work)];
    for (const call of calls) await expect(call).rejects.toThrow('no');
  });
});
