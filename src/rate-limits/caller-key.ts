import type { RequestContext } from '../common/request-context.js';

interface Request {
  readonly work: Pick<RequestContext, 'caller' | 'address'>;
}

/** The key that a request counts for: its caller, or its client's address if it has no caller. */
export const callerKeyOf = ({ work }: Request): string =>
  work.caller?.key ?? `address:${work.address ?? 'unknown'}`;
