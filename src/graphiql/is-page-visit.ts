import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a GET is that of a browser whose user has come to look: it takes HTML, does not ask for JSON, and brings no
 * operation to be run.
 */
export function isPageVisit(query: unknown, { accept = '' }: IncomingHttpHeaders): boolean {
  const hasOperation =
    typeof query === 'object' && query !== null && ('query' in query || 'extensions' in query);
  return !hasOperation && /\btext\/html\b/i.test(accept) && !/\bapplication\/(?:\S+\+)?json\b/i.test(accept);
}
