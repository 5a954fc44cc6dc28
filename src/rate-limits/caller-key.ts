import type { RequestContext } from '../common/request-context.js';

interface Request {
  readonly work: Pick<RequestContext, 'caller' | 'address'>;
}

/** The key by which a request is counted: its caller, or its client address if there is no caller. */
export const callerKeyOf = ({ work }: Request): string =>
  work.caller?.key ?? `address:${work.address ?? 'unknown'}`;
