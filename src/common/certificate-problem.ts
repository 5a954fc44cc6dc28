/** Problems of the TLS certificate of a server that this program connects to. */
export type CertificateProblem = 'name' | 'authority' | 'expired' | 'not yet valid' | 'invalid';

/** By the error codes of Node.js and OpenSSL. */
const PROBLEMS: ReadonlyMap<string, CertificateProblem> = new Map([
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'name'],
  ['HOSTNAME_MISMATCH', 'name'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'authority'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'authority'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'authority'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'authority'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'authority'],
  ['CERT_UNTRUSTED', 'authority'],
  ['CERT_HAS_EXPIRED', 'expired'],
  ['CERT_NOT_YET_VALID', 'not yet valid'],
  ['CERT_REVOKED', 'invalid'],
  ['CERT_REJECTED', 'invalid'],
  ['CERT_SIGNATURE_FAILURE', 'invalid'],
  ['CERT_CHAIN_TOO_LONG', 'invalid'],
  ['PATH_LENGTH_EXCEEDED', 'invalid'],
  ['INVALID_CA', 'invalid'],
  ['INVALID_PURPOSE', 'invalid'],
]);

const SENTENCES: Readonly<Record<CertificateProblem, string>> = {
  name: 'its TLS certificate is for another host name',
  authority: 'its TLS certificate is signed by an authority that is not trusted',
  expired: 'its TLS certificate has expired',
  'not yet valid': 'its TLS certificate is not valid yet, or the clock of this machine is slow',
  invalid: 'its TLS certificate is invalid, revoked or not meant for a server',
};

/** @param code of an error @returns undefined if the error is not about a certificate */
export const certificateProblemOf = (code: string | undefined): CertificateProblem | undefined =>
  code === undefined ? undefined : PROBLEMS.get(code);

export const describeCertificateProblem = (problem: CertificateProblem): string => SENTENCES[problem];
