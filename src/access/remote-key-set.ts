import {
  createRemoteJWKSet,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  type JWTVerifyResult,
} from 'jose';
import { DomainError } from '../common/domain-error.js';
import { connectionProblem } from '../database/connection-errors.js';

export interface KeySetTimes {
  /** Timeout of a fetch. */
  readonly timeoutMs: number;
  /** Minimum time between two fetches that are triggered by tokens with an unknown key. */
  readonly cooldownMs: number;
  /** Maximum age of the set, after which it is fetched again. */
  readonly maxAgeMs: number;
}

/** Minimum time between two fetches while fetching fails. */
const RETRY_MS = 1_000;

/**
 * Verifies tokens with the keys that the issuer publishes. Fetches the set again if a token may be signed
 * with a newer key. That is the case if its `kid` is not in the set, or if it has no `kid` and no key of the
 * set fits.
 */
export class RemoteKeySet {
  private readonly keys;
  private fetching: Promise<void> | null = null;
  private fetchedAt = -Infinity;
  private failure: DomainError | null = null;

  constructor(
    url: string,
    private readonly times: KeySetTimes,
  ) {
    this.keys = createRemoteJWKSet(new URL(url), {
      timeoutDuration: times.timeoutMs,
      // The library has no pause after a failed fetch, and none for tokens without a `kid`. `fetchAgain`
      // implements both.
      cooldownDuration: Infinity,
      cacheMaxAge: times.maxAgeMs,
    });
  }

  /**
   * @throws JOSEError if the token is invalid
   * @throws DomainError SERVICE_UNAVAILABLE if the keys for verifying it cannot be fetched
   */
  async verify(token: string, options: JWTVerifyOptions): Promise<JWTVerifyResult> {
    if (!this.keys.fresh) await this.fetchAgain(RETRY_MS);
    try {
      return await this.verifyWithKnownKeys(token, options);
    } catch (error) {
      if (!mayHaveNewerKey(error, token) || !(await this.fetchAgain(this.times.cooldownMs))) throw error;
      return this.verifyWithKnownKeys(token, options);
    }
  }

  private async verifyWithKnownKeys(token: string, options: JWTVerifyOptions): Promise<JWTVerifyResult> {
    try {
      return await jwtVerify(token, this.keyFor, options);
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      for await (const key of error) {
        try {
          return await jwtVerify(token, key, options);
        } catch (failed) {
          if (!(failed instanceof errors.JWSSignatureVerificationFailed)) throw failed;
        }
      }
      throw new errors.JWSSignatureVerificationFailed();
    }
  }

  private readonly keyFor: JWTVerifyGetKey = async (header, input) => {
    try {
      return await this.keys(header, input);
    } catch (error) {
      throw isErrorOfToken(error) ? error : unavailable(error);
    }
  };

  /**
   * Fetches the set unless the latest fetch was within the pause.
   * @returns whether the set was fetched
   * @throws DomainError SERVICE_UNAVAILABLE if the latest fetch failed
   */
  private async fetchAgain(pauseMs: number): Promise<boolean> {
    const isPausing = performance.now() - this.fetchedAt < (this.failure === null ? pauseMs : RETRY_MS);
    if (this.fetching === null && isPausing) {
      if (this.failure !== null) throw this.failure;
      return false;
    }
    this.fetching ??= this.fetch();
    await this.fetching;
    return true;
  }

  private async fetch(): Promise<void> {
    try {
      await this.keys.reload();
      this.failure = null;
    } catch (error) {
      this.failure = unavailable(error);
      throw this.failure;
    } finally {
      this.fetchedAt = performance.now();
      this.fetching = null;
    }
  }
}

/** Whether the token is invalid: its header matches no key of the set, or several, or is not supported. */
const isErrorOfToken = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JOSENotSupported;

function unavailable(error: unknown): DomainError {
  const cause = new Error(`The keys at AUTH_JWKS_URL cannot be used: ${connectionProblem(error)}.`, {
    cause: error,
  });
  return new DomainError('SERVICE_UNAVAILABLE', 'Tokens cannot be checked at the moment; try again.', {
    cause,
  });
}

function mayHaveNewerKey(error: unknown, token: string): boolean {
  if (error instanceof errors.JWKSNoMatchingKey) return true;
  return (
    error instanceof errors.JWSSignatureVerificationFailed && decodeProtectedHeader(token).kid === undefined
  );
}
