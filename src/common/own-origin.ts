import { isIP } from 'node:net';

/**
 * Whether a page comes from the very server that it calls, which no setting needs to allow. By an address or as
 * localhost alone: any other name may be a site's own that it has pointed here.
 * @param origin of the page
 * @param host that the request names, with the port
 */
export function isOwnOrigin(origin: string, host: string | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  const address = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return url.host === host && (address === 'localhost' || isIP(address) !== 0);
}
