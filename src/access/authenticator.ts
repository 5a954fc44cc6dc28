import type { IncomingMessage } from 'node:http';
import { looksLikeApiKey } from './api-key-format.js';
import type { ApiKeys } from './api-keys.js';
import { type Authentication, UnauthenticatedError } from './authentication.js';
import type { TokenVerifier } from './token-verifier.js';

const MAX_TOKEN_LENGTH = 8_192;
const BEARER = /^bearer +(\S+)$/i;

/** Finds out who calls, from what they prove it with. */
export class Authenticator {
  constructor(
    private readonly keys: Pick<ApiKeys, 'authenticate'>,
    /** Null: no tokens are taken. */
    private readonly tokens: TokenVerifier | null,
  ) {}

  /**
   * @param authorization as in the header of that name
   * @param mayReadAgain whether an API key that is not known yet is worth a read of the database
   * @throws UnauthenticatedError where it is not to be believed
   * @throws DomainError SERVICE_UNAVAILABLE where that cannot be said just now
   */
  async authenticate(authorization: string, mayReadAgain = true): Promise<Authentication> {
    const [, token] = BEARER.exec(authorization) ?? [];
    if (token === undefined) throw new UnauthenticatedError('the header is not Bearer and a token');
    if (token.length > MAX_TOKEN_LENGTH) throw new UnauthenticatedError('the token is too long');
    if (looksLikeApiKey(token)) return this.keys.authenticate(token, mayReadAgain);
    if (this.tokens === null)
      throw new UnauthenticatedError('a token was sent where API keys alone are taken');
    return this.tokens.authenticate(token);
  }
}

/**
 * The header of a request; undefined: it has none.
 * @throws UnauthenticatedError where it has several: what is in front of us may have looked at another one
 */
export function authorizationOf(request: IncomingMessage): string | undefined {
  const [first, ...others] = request.headersDistinct.authorization ?? [];
  if (others.length > 0) throw new UnauthenticatedError('there are several Authorization headers');
  return first;
}
