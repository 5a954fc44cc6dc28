import { createHash, createPublicKey } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify, type JWTVerifyOptions, type JWTVerifyResult } from 'jose';
import { highestOf, isRole, type Role } from '../common/caller.js';
import { DomainError } from '../common/domain-error.js';
import type { JwtSettings } from '../config/access-settings.js';
import { type Authentication, UnauthenticatedError } from './authentication.js';
import { type KeySetTimes, RemoteKeySet } from './remote-key-set.js';

/**
 * Asymmetric algorithms only: with a shared key, every server that verifies tokens could also create them.
 */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

const CLOCK_TOLERANCE_SECONDS = 5;

const KEY_SET_TIMES: KeySetTimes = { timeoutMs: 3_000, cooldownMs: 5_000, maxAgeMs: 600_000 };

type Verify = (token: string, options: JWTVerifyOptions) => Promise<JWTVerifyResult>;

/** Authenticates tokens that the configured issuer has signed for this API. */
export class TokenVerifier {
  private readonly verifySigned: Verify;

  constructor(
    private readonly settings: JwtSettings,
    times = KEY_SET_TIMES,
  ) {
    this.verifySigned = verifyWith(settings.keys, times);
  }

  /**
   * @throws UnauthenticatedError if the token is invalid
   * @throws DomainError SERVICE_UNAVAILABLE if it cannot be verified because the keys cannot be fetched
   */
  async authenticate(token: string): Promise<Authentication> {
    const payload = await this.payloadOf(token);
    const { iss = '', sub, exp } = payload;
    if (typeof sub !== 'string' || sub === '') throw new UnauthenticatedError('the token names no subject');
    // Hashed, since a subject may be an e-mail address.
    const hash = createHash('sha256')
      .update(JSON.stringify([iss, sub]))
      .digest('base64url')
      .slice(0, 22);
    return {
      caller: { key: `jwt:${hash}`, role: this.roleOf(payload) },
      expiresAt: new Date(((exp ?? 0) + CLOCK_TOLERANCE_SECONDS) * 1000),
    };
  }

  private async payloadOf(token: string): Promise<JWTPayload> {
    const { issuer, audience } = this.settings;
    try {
      const { payload } = await this.verifySigned(token, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        requiredClaims: ['exp', 'sub'],
      });
      return payload;
    } catch (error) {
      if (error instanceof DomainError) throw error;
      throw new UnauthenticatedError(reasonOf(error), { cause: error });
    }
  }

  private roleOf(payload: JWTPayload): Role | null {
    const { roleClaim } = this.settings;
    const named: unknown = Object.hasOwn(payload, roleClaim) ? payload[roleClaim] : undefined;
    return highestOf((Array.isArray(named) ? named : [named]).filter(isRole));
  }
}

function verifyWith(keys: JwtSettings['keys'], times: KeySetTimes): Verify {
  if ('publicKey' in keys) {
    const key = createPublicKey(keys.publicKey);
    return (token, options) => jwtVerify(token, key, options);
  }
  const keySet = new RemoteKeySet(keys.jwksUrl, times);
  return (token, options) => keySet.verify(token, options);
}

/** The reason without any value from the token. Messages of the library contain only names of claims. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) {
    return `${error.code}: claim ${error.claim}, ${error.reason}`;
  }
  return error instanceof errors.JOSEError ? error.code : 'the token cannot be read';
}
