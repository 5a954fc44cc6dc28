import type { IncomingHttpHeaders } from 'node:http';

/** A header that the server adds to GET requests that cannot come from a page of another site. */
export const SAME_SITE_API_GET = 'x-programs-get';

/** Browsers do not send these headers to other sites without a preflight request. */
export const CSRF_HEADERS = ['apollo-require-preflight', 'x-apollo-operation-name', SAME_SITE_API_GET];

/**
 * Whether a GET request comes from a program or a page of the same site. A program accepts JSON or uses
 * `fetch`, unlike links and images. Browsers report requests from other sites in `Sec-Fetch-Site`. Apollo
 * rejects mutations by GET, so such a request only reads.
 */
export function isSameSiteApiGet(method: string, headers: IncomingHttpHeaders): boolean {
  const { accept = '', 'sec-fetch-site': site = 'none', 'sec-fetch-mode': mode } = headers;
  return (
    method === 'GET' &&
    (mode === 'cors' || /\bapplication\/(?:graphql-response\+)?json\b/i.test(accept)) &&
    ['none', 'same-origin'].includes(String(site))
  );
}
