import { currentRequest, withRequest } from './request-context.js';

/** The request may take this much longer than others do. */
export const allowRequest = (ms: number): void => currentRequest()?.deadline?.extend(ms);

/**
 * Does work that ends itself in its own way, by the signal, once it has taken as long as it may: what it does in the
 * database is not ended behind its back.
 */
export function withOwnTimeLimit<Result>(
  ms: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const request = currentRequest();
  request?.deadline?.extend(ms);
  const signal = AbortSignal.timeout(ms);
  return request === undefined
    ? work(signal)
    : withRequest({ ...request, deadline: undefined }, () => work(signal));
}
