import type { IncomingHttpHeaders } from 'node:http';

/** Given to a GET that no other site has made a browser send. */
export const PROGRAMS_GET = 'x-programs-get';

/** Browsers send none of these across sites without asking first. */
export const CSRF_HEADERS = ['apollo-require-preflight', 'x-apollo-operation-name', PROGRAMS_GET];

/**
 * Whether a GET asks for JSON or is made by `fetch`, as those of programs are and those of links and images are not, and
 * comes from no page of another site, as browsers themselves say. It reads only: Apollo refuses mutations by GET.
 */
export function isSameSiteApiGet(method: string, headers: IncomingHttpHeaders): boolean {
  const { accept = '', 'sec-fetch-site': site = 'none', 'sec-fetch-mode': mode } = headers;
  return (
    method === 'GET' &&
    (mode === 'cors' || /\bapplication\/(?:graphql-response\+)?json\b/i.test(accept)) &&
    ['none', 'same-origin'].includes(String(site))
  );
}
