import { useState } from 'react';
import { type Failure, failureOf } from '../api/failure.js';

/** An action of the user: whether it is running, and the result of its last run. */
export interface Action<Args extends readonly unknown[], Result> {
  readonly isRunning: boolean;
  readonly failure: Failure | null;
  readonly result: Result | undefined;
  /** @returns whether it succeeded */
  run(...args: Args): Promise<boolean>;
}

export function useAction<Args extends readonly unknown[], Result>(
  perform: (...args: Args) => Promise<Result>,
): Action<Args, Result> {
  const [state, setState] = useState<Omit<Action<Args, Result>, 'run'>>({
    isRunning: false,
    failure: null,
    result: undefined,
  });
  return {
    ...state,
    run: async (...args) => {
      setState({ isRunning: true, failure: null, result: undefined });
      try {
        const result = await perform(...args);
        setState({ isRunning: false, failure: null, result });
        return true;
      } catch (error) {
        setState({ isRunning: false, failure: failureOf(error), result: undefined });
        return false;
      }
    },
  };
}
