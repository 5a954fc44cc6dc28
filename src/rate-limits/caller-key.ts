import type { RequestContext } from '../common/request-context.js';

interface Request {
  readonly work: Pick<RequestContext, 'caller'>;
  readonly ip: string;
}

/** Who a request counts for: its caller, or where it comes from as long as nobody has said who that is. */
export const callerKeyOf = ({ work, ip }: Request): string => work.caller?.key ?? `address:${ip}`;
