/** The policy of the page: only content of this server, and styles that its scripts insert. */
export function pagePolicy(nonce: string): string {
  return policy({
    'default-src': "'none'",
    'script-src': "'self'",
    'worker-src': "'self'",
    // Connections to the API and its WebSocket.
    'connect-src': "'self'",
    'style-src': `'self' 'nonce-${nonce}'`,
    // The editor positions lines by style attributes, in markup that it builds as text. Attributes cannot
    // have a nonce.
    'style-src-attr': "'unsafe-inline'",
    // The style sheet embeds fonts and images.
    'font-src': "'self' data:",
    'img-src': "'self' data:",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  });
}

/** The policy of an asset. A worker uses the policy of its own response, not that of the page. */
export const ASSET_POLICY = policy({
  'default-src': "'none'",
  'script-src': "'self'",
  'frame-ancestors': "'none'",
});

function policy(directives: Readonly<Record<string, string>>): string {
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');
}
