import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** As Apollo's routers name it. */
const ROUTER_HEADER = 'router-authorization';

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Tells a federation router from others. */
export class RouterProof {
  private readonly digest: Buffer | null;

  /** @param isOpen whether all count as a router where no secret is set */
  constructor(
    secret: string | null,
    private readonly isOpen: boolean,
  ) {
    this.digest = secret === null ? null : digestOf(secret);
  }

  /** Whether a secret was sent that is the right one. */
  isGiven(headers: IncomingHttpHeaders): boolean {
    const sent = headers[ROUTER_HEADER];
    // Digests have one length, whatever was sent.
    return this.digest !== null && typeof sent === 'string' && timingSafeEqual(this.digest, digestOf(sent));
  }

  /** Whether a secret was sent that is a wrong one. Without a setting no secret is wrong. */
  isWrong(headers: IncomingHttpHeaders): boolean {
    return this.digest !== null && headers[ROUTER_HEADER] !== undefined && !this.isGiven(headers);
  }

  /** Whether what is for routers may be answered. */
  isEnough(headers: IncomingHttpHeaders): boolean {
    return this.digest === null ? this.isOpen : this.isGiven(headers);
  }
}
