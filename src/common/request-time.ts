import { currentRequest, withRequest } from './request-context.js';

/** Allows the current request this many milliseconds on top of the ordinary timeout. */
export const allowRequest = (ms: number): void => currentRequest()?.deadline?.extend(ms);

/**
 * Runs work that limits its own time: the signal is aborted after `ms`. The deadline of the request does not
 * cancel its database statements, so the work can clean up by itself.
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
