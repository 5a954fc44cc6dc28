import { isLoopback } from '../config/access-settings.js';

/**
 * Whether a request names this machine as the one that it asks. Where nobody needs to say who they are, any other name may
 * be that of a site which has pointed it here, to have a browser call us for it.
 */
export function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && isLoopback(host.replace(/:\d{1,5}$/, ''));
}
