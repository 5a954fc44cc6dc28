import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { AccessSettings } from '../config/access-settings.js';
import { Settings } from '../config/settings.js';

/** The header that Apollo's routers use. */
const ROUTER_HEADER = 'router-authorization';

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Recognizes federation routers by their secret. */
@Injectable()
export class RouterProof {
  private readonly digest: Buffer | null;

  constructor(
    { routerSecret }: AccessSettings,
    private readonly settings: Settings,
  ) {
    this.digest = routerSecret === null ? null : digestOf(routerSecret);
  }

  /** Whether the request contains the right secret. */
  isGiven(headers: IncomingHttpHeaders): boolean {
    const sent = headers[ROUTER_HEADER];
    // Digests have the same length for every secret, which `timingSafeEqual` needs.
    return this.digest !== null && typeof sent === 'string' && timingSafeEqual(this.digest, digestOf(sent));
  }

  /** Whether the request contains a wrong secret. Without a configured secret, none is wrong. */
  isWrong(headers: IncomingHttpHeaders): boolean {
    return this.digest !== null && headers[ROUTER_HEADER] !== undefined && !this.isGiven(headers);
  }

  /** Whether the request may use the fields for routers. In development, a secret is optional. */
  isEnough(headers: IncomingHttpHeaders): boolean {
    return this.digest === null ? this.settings.environment === 'development' : this.isGiven(headers);
  }
}
