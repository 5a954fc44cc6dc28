import type { RequestContext } from '../common/request-context.js';

interface Request {
  readonly context: Pick<RequestContext, 'caller' | 'address'>;
}

/** The key by which a request is counted: its caller, or its client address if there is no caller. */
export const callerKeyOf = ({ context }: Request): string =>
  context.caller?.key ?? `address:${context.address ?? 'unknown'}`;
