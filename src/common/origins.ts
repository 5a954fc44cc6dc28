import { isIP } from 'node:net';

const LOCALHOST_ORIGIN = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/**
 * Returns a function that checks whether web pages of an origin may call the API.
 * @param origins the allowed origins; null: all origins on localhost
 */
export function isAllowedOrigin(origins: readonly string[] | null): (origin: string) => boolean {
  return origins === null ? (origin) => LOCALHOST_ORIGIN.test(origin) : (origin) => origins.includes(origin);
}

/**
 * Whether a web page comes from the server that it calls, so that no setting needs to allow its origin. This
 * is limited to IP addresses and localhost: any other name may belong to a malicious website that resolves to
 * this server (DNS rebinding).
 * @param origin of the page
 * @param host the Host header of the request, with the port
 */
export function isOwnOrigin(origin: string, host: string | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  const address = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return url.host === host && (address === 'localhost' || isIP(address) !== 0);
}
