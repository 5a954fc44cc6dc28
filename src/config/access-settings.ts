import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { Environment } from './environment.js';
import { DEFAULT_HOST } from './http-settings.js';
import { isProduction, isSet, isUrl, type SettingsOf, text, trim, trimmed } from './setting-kinds.js';

export interface JwtSettings {
  /** The keys that verify tokens: the URL of a JSON Web Key Set, or one public key in PEM. */
  readonly keys: { readonly jwksUrl: string } | { readonly publicKey: string };
  readonly issuer: string;
  readonly audience: string;
  /** The claim that contains the role, or a list of roles. */
  readonly roleClaim: string;
}

export abstract class AccessSettings {
  /** False: every caller is an admin. Only allowed in development, on a loopback address. */
  abstract readonly isOn: boolean;
  /** Null: tokens are not accepted, only API keys. */
  abstract readonly jwt: JwtSettings | null;
  /** The secret with which a federation router authenticates; null: none is set. */
  abstract readonly routerSecret: string | null;
}

const LOOPBACK = /^(localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/i;

/** Whether a host name or an IP address is a loopback address. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

const isJwksUrl = (value: string): boolean =>
  isUrl(['https:'])(value) || (isUrl(['http:'])(value) && isLoopback(new URL(value).hostname));

const MIN_RSA_BITS = 2048;

function isPublicKey(pem: string): boolean {
  // Node.js derives a public key from a private one as well, but a private key must not be configured here.
  if (!/^-----BEGIN (RSA )?PUBLIC KEY-----/.test(pem)) return false;
  try {
    return isStrong(createPublicKey(pem));
  } catch {
    return false;
  }
}

function isStrong({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): boolean {
  if (type === 'ed25519') return true;
  if (type === 'ec') return ['prime256v1', 'secp384r1', 'secp521r1'].includes(details?.namedCurve ?? '');
  return type === 'rsa' && (details?.modulusLength ?? 0) >= MIN_RSA_BITS;
}

const MIN_SECRET_LENGTH = 32;
const DEFAULT_ROLE_CLAIM = 'role';

export const accessShape = {
  AUTH: z.preprocess(trim, z.enum(['on', 'off'], 'AUTH must be on or off').optional()).meta({
    meaning: '`on` or `off`: whether callers must authenticate.',
    unset: '`off` in development on a loopback `HOST` without settings of tokens, else `on`',
  }),
  AUTH_JWKS_URL: text()
    .refine(
      (url) => url === undefined || isJwksUrl(url),
      'AUTH_JWKS_URL must be an https URL (http only on localhost)',
    )
    .meta({ meaning: 'URL of the keys that tokens are signed with. Not together with `AUTH_PUBLIC_KEY`.' }),
  AUTH_PUBLIC_KEY: text()
    .transform((pem) => pem?.replaceAll('\\n', '\n'))
    .refine(
      (pem) => pem === undefined || isPublicKey(pem),
      `AUTH_PUBLIC_KEY must be a public key in PEM: RSA of at least ${MIN_RSA_BITS} bits, P-256, P-384, P-521 or Ed25519`,
    )
    .meta({ meaning: 'One public key in PEM that tokens are signed with.' }),
  AUTH_ISSUER: text().meta({ meaning: 'Issuer of accepted tokens (`iss`).' }),
  AUTH_AUDIENCE: text().meta({ meaning: 'Audience of accepted tokens (`aud`).' }),
  AUTH_ROLE_CLAIM: text().meta({
    meaning: 'Claim of a token that has the role, or a list of roles.',
    defaultValue: DEFAULT_ROLE_CLAIM,
  }),
  ROUTER_SECRET: text()
    .refine(
      (secret) => secret === undefined || secret.length >= MIN_SECRET_LENGTH,
      `ROUTER_SECRET must have at least ${MIN_SECRET_LENGTH} characters`,
    )
    .meta({ meaning: 'Secret by which a federation router authenticates itself, 32 characters or more.' }),
} satisfies z.ZodRawShape;

const hasJwtKeys = (env: Environment): boolean =>
  isSet(env, 'AUTH_JWKS_URL') || isSet(env, 'AUTH_PUBLIC_KEY');

const JWT_SETTINGS = ['AUTH_ISSUER', 'AUTH_AUDIENCE'];

/** Whether the server can be reached from this machine only, in development. */
const isForOneself = (host: string | undefined, isProduction: boolean): boolean =>
  !isProduction && isLoopback(host ?? DEFAULT_HOST);

/**
 * Violations of rules between settings. Only the server checks them: commands do not authenticate callers.
 */
export function validateAccessSettings(env: Environment): string[] {
  const violations: string[] = [];
  if (trimmed(env.AUTH) === 'off' && !isForOneself(trimmed(env.HOST), isProduction(env))) {
    violations.push('AUTH may be off only in development, with HOST a loopback address');
  }
  if (isSet(env, 'AUTH_JWKS_URL') && isSet(env, 'AUTH_PUBLIC_KEY')) {
    violations.push('AUTH_JWKS_URL and AUTH_PUBLIC_KEY must not both be set');
  }
  if (hasJwtKeys(env)) {
    const missing = JWT_SETTINGS.filter((name) => !isSet(env, name));
    violations.push(
      ...missing.map(
        (name) =>
          `${name} must be set if AUTH_JWKS_URL or AUTH_PUBLIC_KEY is set, to define which tokens are accepted`,
      ),
    );
  } else if (JWT_SETTINGS.some((name) => isSet(env, name))) {
    violations.push('AUTH_JWKS_URL or AUTH_PUBLIC_KEY must be set if other token settings are set');
  }
  return violations;
}

type AccessEnvironment = SettingsOf<typeof accessShape> & { readonly HOST?: string | undefined };

export function accessSettings(env: AccessEnvironment, isProduction: boolean): AccessSettings {
  const jwt = jwtSettings(env);
  return {
    isOn: env.AUTH === undefined ? !isForOneself(env.HOST, isProduction) || jwt !== null : env.AUTH === 'on',
    jwt,
    routerSecret: env.ROUTER_SECRET ?? null,
  };
}

function jwtSettings(env: AccessEnvironment): JwtSettings | null {
  const { AUTH_JWKS_URL: jwksUrl, AUTH_PUBLIC_KEY: publicKey } = env;
  const {
    AUTH_ISSUER: issuer,
    AUTH_AUDIENCE: audience,
    AUTH_ROLE_CLAIM: roleClaim = DEFAULT_ROLE_CLAIM,
  } = env;
  if (issuer === undefined || audience === undefined) return null;
  if (jwksUrl !== undefined) return Object.freeze({ keys: { jwksUrl }, issuer, audience, roleClaim });
  return publicKey === undefined ? null : Object.freeze({ keys: { publicKey }, issuer, audience, roleClaim });
}
