import { AsyncLocalStorage } from 'node:async_hooks';
import { currentRequest } from './request-context.js';

const names = new AsyncLocalStorage<string>();

/**
 * Runs work in the name of a caller although it belongs to no request: a command, or an import that continues
 * after the response.
 */
export const withCallerName = <Result>(name: string, work: () => Result): Result => names.run(name, work);

/** The key of the caller of the current request, or the given name; null: the server works by itself. */
export const callerName = (): string | null => currentRequest()?.caller?.key ?? names.getStore() ?? null;

/** The same for a record that always names a caller. */
export const callerNameOfRecord = (): string => callerName() ?? 'anonymous';
