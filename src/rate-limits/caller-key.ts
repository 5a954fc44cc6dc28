import type { Caller } from '../common/caller.js';

interface Request {
  readonly caller?: Caller;
  readonly ip: string;
}

/** Who a request counts for: its caller, or where it comes from as long as nobody has said who that is. */
export const callerKeyOf = ({ caller, ip }: Request): string => caller?.key ?? `address:${ip}`;
