import { currentRequest } from '../common/request-context.js';

/** The caller of the current request, for the record of an import. */
export const callerName = (): string => currentRequest()?.caller?.key ?? 'anonymous';
