import {
  type CertificateProblem,
  certificateProblemOf,
  describeCertificateProblem,
} from '../common/certificate-problem.js';
import { OperatorError } from '../common/operator-error.js';
import { locationOf } from '../config/database-url.js';

/** The code of an error of the driver or the operating system, even if Sequelize has wrapped it. */
export function errorCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  for (const wrapper of ['original', 'parent', 'cause'] as const) {
    if (wrapper in error) {
      const code = errorCodeOf((error as Record<typeof wrapper, unknown>)[wrapper]);
      if (code !== undefined) return code;
    }
  }
  // A host with several addresses fails with one error per address.
  if (error instanceof AggregateError)
    return error.errors.map(errorCodeOf).find((code) => code !== undefined);
  return undefined;
}

const REMEDIES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; is PostgreSQL running, and are host and port right?',
  ENOTFOUND: 'its host name does not resolve; check the host in DATABASE_URL',
  EAI_AGAIN:
    'its host name does not resolve at the moment; check the host in DATABASE_URL and the name server',
  ETIMEDOUT:
    'it did not answer in time; check host, port and firewall, and whether a pooler there has a free connection',
  EHOSTUNREACH: 'its host cannot be reached; check host and firewall',
  ECONNRESET:
    'it closed the connection; check that PostgreSQL listens on the port, and whether it requires TLS',
  '28P01': 'the user or the password is wrong; check both in DATABASE_URL',
  '28000':
    'it rejects this user; check the user in DATABASE_URL and pg_hba.conf, and whether it requires TLS',
  '3D000': 'the database does not exist; create it or check its name in DATABASE_URL',
  '53300': 'it has no connection left; raise max_connections or lower DATABASE_POOL_SIZE',
  '57014': 'it cancelled a statement; raise statement_timeout, or reset it for the role and the database',
  '57P03': 'it is starting up or shutting down; try again in a moment',
};

/** Errors of the driver without a code, by their message. */
const WORDED_REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/timeout/i, REMEDIES.ETIMEDOUT ?? ''],
  [/does not support SSL/, 'it offers no TLS; remove sslmode from DATABASE_URL, or turn TLS on there'],
  [/password must be a (non-empty )?string/, 'it requires a password; add one to DATABASE_URL'],
];

const CERTIFICATE_REMEDIES: Readonly<Record<CertificateProblem, string>> = {
  name: 'use a name of the certificate as the host in DATABASE_URL',
  authority: 'name the file of that authority with sslrootcert in DATABASE_URL',
  expired: 'renew it',
  'not yet valid': 'check both clocks',
  invalid: 'check it with openssl s_client -starttls postgres',
};

function remedyFor(error: unknown): string {
  const code = errorCodeOf(error);
  const remedy = code === undefined ? undefined : REMEDIES[code];
  if (remedy !== undefined) return remedy;
  const problem = certificateProblemOf(code);
  if (problem !== undefined)
    return `${describeCertificateProblem(problem)}; ${CERTIFICATE_REMEDIES[problem]}`;
  const message = error instanceof Error ? error.message : '';
  const worded = WORDED_REMEDIES.find(([pattern]) => pattern.test(message));
  return worded?.[1] ?? `it answered ${code ?? 'nothing useful'}`;
}

/**
 * The reason why a request to another server failed: a certificate problem or an error code. Contains no data
 * of the request.
 */
export function connectionProblem(error: unknown): string {
  const code = errorCodeOf(error);
  const problem = certificateProblemOf(code);
  return problem === undefined ? (code ?? 'no code') : describeCertificateProblem(problem);
}

/**
 * Converts a failed connection to an error with a remedy for the operator. It never contains the password.
 */
export function connectionError(url: string, error: unknown, setting = 'DATABASE_URL'): OperatorError {
  if (error instanceof OperatorError) return error;
  const remedy = remedyFor(error).replaceAll('DATABASE_URL', setting);
  return new OperatorError(`The database at ${locationOf(url)} cannot be used: ${remedy}.`, { cause: error });
}
