import { isLoopback } from '../config/access-settings.js';

/**
 * Whether the Host header of a request is a loopback host. Without authentication, no other host name is
 * safe. A malicious website can let its name resolve to this machine and make a browser send requests (DNS
 * rebinding).
 */
export function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && isLoopback(host.replace(/:\d{1,5}$/, ''));
}
