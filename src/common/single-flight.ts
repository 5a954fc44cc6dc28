/**
 * Shares one execution of work between all callers that want its result. Aborts it if all of them have left.
 */
export class SingleFlight<Key, Result> {
  private readonly running = new Map<Key, Running<Result>>();

  /**
   * Returns the result of the running work for a key, or starts the work.
   * @param signal aborted when the caller leaves: it then stops waiting, while other callers continue
   */
  async run(key: Key, signal: AbortSignal, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    signal.throwIfAborted();
    const running = this.running.get(key) ?? this.begin(key, work);
    running.callerCount += 1;
    let leave: () => void = () => undefined;
    const gone = new Promise<never>((_, reject) => {
      leave = () => {
        reject(signal.reason as Error);
      };
    });
    signal.addEventListener('abort', leave);
    try {
      return await Promise.race([running.result, gone]);
    } finally {
      signal.removeEventListener('abort', leave);
      running.callerCount -= 1;
      if (running.callerCount === 0) running.controller.abort();
    }
  }

  private begin(key: Key, work: (signal: AbortSignal) => Promise<Result>): Running<Result> {
    const controller = new AbortController();
    const result = work(controller.signal);
    const running: Running<Result> = { controller, result, callerCount: 0 };
    this.running.set(key, running);
    const forget = () => {
      if (this.running.get(key) === running) this.running.delete(key);
    };
    result.then(forget, forget);
    // A caller that arrives after all others have left starts the work again.
    controller.signal.addEventListener('abort', forget);
    return running;
  }
}

interface Running<Result> {
  readonly controller: AbortController;
  readonly result: Promise<Result>;
  callerCount: number;
}
