import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { AccessSettings } from '../config/access-settings.js';
import { looksLikeApiKey } from './api-key-format.js';
import { ApiKeys } from './api-keys.js';
import { type Authentication, UnauthenticatedError } from './authentication.js';
import { TokenVerifier } from './token-verifier.js';

const MAX_TOKEN_LENGTH = 8_192;
const BEARER = /^bearer +(\S+)$/i;

/** Authenticates the caller by its credential: an API key or a token. */
@Injectable()
export class Authenticator {
  /** Null: tokens are not accepted. */
  private readonly tokens: TokenVerifier | null;

  constructor(
    private readonly keys: ApiKeys,
    { jwt }: AccessSettings,
  ) {
    this.tokens = jwt === null ? null : new TokenVerifier(jwt);
  }

  /**
   * @param authorization the value of an Authorization header
   * @param mayReadAgain whether an unknown API key may cause another read of the database
   * @throws UnauthenticatedError if the credential is invalid
   * @throws DomainError SERVICE_UNAVAILABLE if the credential cannot be checked at the moment
   */
  async authenticate(authorization: string, mayReadAgain = true): Promise<Authentication> {
    const [, token] = BEARER.exec(authorization) ?? [];
    if (token === undefined) throw new UnauthenticatedError('the header is not of the form Bearer TOKEN');
    if (token.length > MAX_TOKEN_LENGTH) throw new UnauthenticatedError('the token is too long');
    if (looksLikeApiKey(token)) return this.keys.authenticate(token, mayReadAgain);
    if (this.tokens === null)
      throw new UnauthenticatedError('a token was sent, but only API keys are accepted');
    return this.tokens.authenticate(token);
  }
}

/**
 * The Authorization header of a request; undefined if it has none.
 * @throws UnauthenticatedError if it has several: a proxy in front of the server may have checked a different
 *   one
 */
export function authorizationOf(request: IncomingMessage): string | undefined {
  const [first, ...others] = request.headersDistinct.authorization ?? [];
  if (others.length > 0) throw new UnauthenticatedError('there are several Authorization headers');
  return first;
}
