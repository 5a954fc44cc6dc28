import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a browser requests the page: the GET request accepts HTML, does not accept JSON, and contains no
 * operation.
 */
export function isPageVisit(query: unknown, { accept = '' }: IncomingHttpHeaders): boolean {
  const hasOperation =
    typeof query === 'object' && query !== null && ('query' in query || 'extensions' in query);
  return !hasOperation && /\btext\/html\b/i.test(accept) && !/\bapplication\/(?:\S+\+)?json\b/i.test(accept);
}
