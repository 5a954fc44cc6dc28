import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RemoteKeySet } from '../../src/access/remote-key-set.js';
import { describeError } from '../../src/logging/describe-error.js';
import { runProgram } from '../support/program.js';
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary-directory.js';
import { ELSEWHERE_CERTIFICATE, startTlsServer, type TlsServer } from '../support/tls-server.js';

let directory: TemporaryDirectory;
let server: TlsServer;
let authority: string;
beforeAll(async () => {
  directory = await temporaryDirectory();
  authority = path.join(directory.path, 'authority.pem');
  await writeFile(authority, ELSEWHERE_CERTIFICATE);
  server = await startTlsServer();
});
afterAll(async () => {
  server.close();
  await directory.remove();
});

const ANOTHER_NAME = 'its TLS certificate is for another host name';
const UNKNOWN_AUTHORITY = 'its TLS certificate is signed by an authority that is not trusted';

describe('a TLS certificate that is rejected', () => {
  it.each<[string, () => string, string]>([
    ['another host name', () => `&sslrootcert=${authority}`, ANOTHER_NAME],
    ['an unknown authority', () => '', UNKNOWN_AUTHORITY],
  ])('of the database is reported in the error: %s', async (_, parameters, words) => {
    const url = `postgres://crm:pw@127.0.0.1:${server.port}/crm?sslmode=verify-full${parameters()}`;
    const { code, stderr } = await runProgram('src/cli/migrate.js', {
      cwd: directory.path,
      args: ['status'],
      env: { DATABASE_URL: url },
    });
    expect(code).toBe(1);
    expect(stderr).toContain(words);
  });

  it.each<[string, () => Record<string, string>, string]>([
    ['another host name', () => ({ NODE_EXTRA_CA_CERTS: authority }), ANOTHER_NAME],
    ['an unknown authority', () => ({}), UNKNOWN_AUTHORITY],
  ])('of the provider is reported by the check: %s', async (_, env, words) => {
    const { code, stdout } = await runProgram('src/cli/summary-check.js', {
      cwd: directory.path,
      env: {
        OPENROUTER_API_KEY: 'sk-or-v1-test',
        OPENROUTER_BASE_URL: `https://127.0.0.1:${server.port}/v1`,
        ...env(),
      },
    });
    expect(code).toBe(1);
    expect(stdout).toContain(words);
  });

  it('of the server at AUTH_JWKS_URL is reported in the log', async () => {
    const times = { timeoutMs: 2_000, cooldownMs: 5_000, maxAgeMs: 600_000 };
    const keys = new RemoteKeySet(`https://127.0.0.1:${server.port}/keys`, times);
    const failed = await keys.verify('a.b.c', {}).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(describeError(failed).cause).toMatchObject({
      message: `The keys at AUTH_JWKS_URL cannot be used: ${UNKNOWN_AUTHORITY}.`,
    });
  });
});
