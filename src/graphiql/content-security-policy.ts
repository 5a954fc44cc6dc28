/** The policy of the page: nothing but what this very server sends, and what its scripts style. */
export function pagePolicy(nonce: string): string {
  return policy({
    'default-src': "'none'",
    'script-src': "'self'",
    'worker-src': "'self'",
    // The API and its WebSocket.
    'connect-src': "'self'",
    'style-src': `'self' 'nonce-${nonce}'`,
    // The editor places every line by an attribute, in markup that it assembles as text; attributes take no nonce.
    'style-src-attr': "'unsafe-inline'",
    // The style sheet brings fonts and pictures along.
    'font-src': "'self' data:",
    'img-src': "'self' data:",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  });
}

/** Of an asset: a worker has the policy that it came with, not that of the page. */
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
