import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../../src/config/environment.js';
import { InvalidSettingsError, loadSettings, settingNames } from '../../src/config/settings.js';

const DATABASE_URL = 'postgres://crm:pw@db.example.com:5432/crm';
const OPENROUTER_API_KEY = 'sk-or-v1-0123456789';
const PRODUCTION = { NODE_ENV: 'production', DATABASE_URL, OPENROUTER_API_KEY };

const DEFAULTS = {
  environment: 'development',
  compilesQueries: true,
  http: { host: '127.0.0.1', port: 3000, corsOrigins: null, trustProxy: null, maxConnections: 2_000 },
  access: { isOn: false, jwt: null, routerSecret: null },
  database: {
    url: null,
    poolerUrl: null,
    embeddedDirectory: '.data/postgres',
    poolSize: 10,
    replicaUrls: [],
    replicaMaxLagMs: 5_000,
  },
  times: {
    requestMs: 30_000,
    responseWriteMs: 30_000,
    recalculationMs: 3_600_000,
    acquireMs: 5_000,
    pingMs: 2_000,
    shutdownDelayMs: 0,
    shutdownMs: 10_000,
  },
  lists: { maxLeads: 5_000, maxInteractions: 50_000 },
  scores: { refreshSeconds: 60, recalculationCron: null },
  summaries: {
    writer: { provider: 'template', isFallback: true },
    language: null,
    workerCount: 4,
    refreshDelaySeconds: null,
  },
  limits: {
    maxBodyBytes: 1_048_576,
    maxImportFileBytes: 536_870_912,
    query: {
      maxTokens: 4_000,
      maxDepth: 12,
      maxFields: 1_000,
      maxAliases: 30,
      maxDirectives: 50,
      maxDuplicateFields: 5,
      maxMutations: 10,
      maxCost: 110_000,
    },
    rates: {
      requestsPerMinute: 1_200,
      writesPerMinute: 300,
      summariesPerMinute: 60,
      bulkPerMinute: 10,
      authFailuresPerMinute: 60,
    },
    sockets: { maxSocketsPerCaller: 200, maxOperations: 100, maxOperationsPerCaller: 500 },
  },
  observability: { logLevel: 'info', metricsAccess: 'public', tracing: null },
  removed: [],
};

const OPENROUTER_DEFAULTS = {
  provider: 'openrouter',
  openRouter: {
    apiKey: OPENROUTER_API_KEY,
    baseUrl: 'https://openrouter.ai/api/v1',
    models: ['openai/gpt-4o-mini'],
    attemptTimeoutMs: 30_000,
    totalTimeoutMs: 60_000,
  },
};

function openRouterOf(environment: Environment) {
  const { writer } = loadSettings({ OPENROUTER_API_KEY, ...environment }).summaries;
  if (writer.provider !== 'openrouter') throw new Error('Another writer was chosen.');
  return writer.openRouter;
}

function violationOf(environment: Environment, program?: 'server' | 'command'): InvalidSettingsError {
  try {
    loadSettings(environment, program);
  } catch (error) {
    if (error instanceof InvalidSettingsError) return error;
    throw error;
  }
  throw new Error('The settings were accepted.');
}

describe('loadSettings', () => {
  it('needs nothing to be set in development', () => {
    expect(loadSettings({})).toEqual(DEFAULTS);
  });

  it('reports settings that existed only in earlier versions', () => {
    expect(loadSettings({ SCORE_MAX_AGE_HOURS: '24' }).removed).toEqual([
      expect.stringMatching(/^SCORE_MAX_AGE_HOURS no longer exists: .*SCORE_REFRESH_SECONDS/),
    ]);
    expect(loadSettings({ SCORE_MAX_AGE_HOURS: ' ' }).removed).toEqual([]);
  });

  it.each(['', '   ', '\r'])('treats a setting that contains only white space (%j) as not set', (blank) => {
    expect(loadSettings(Object.fromEntries(settingNames.map((name) => [name, blank])))).toEqual(DEFAULTS);
  });

  it('trims every value', () => {
    const bare = {
      ...PRODUCTION,
      HOST: '0.0.0.0',
      PORT: '8080',
      COMPILE_QUERIES: 'off',
      CORS_ORIGINS: 'https://crm.example.com',
      AUTH: 'on',
      AUTH_JWKS_URL: 'https://login.example.com/keys',
      AUTH_PUBLIC_KEY: '',
      AUTH_ISSUER: 'https://login.example.com/',
      AUTH_AUDIENCE: 'crm',
      AUTH_ROLE_CLAIM: 'role',
      ROUTER_SECRET: 'x'.repeat(32),
      DATABASE_POOLER_URL: 'postgres://pooler.example.com:6432/crm',
      DATABASE_POOL_SIZE: '40',
      DATABASE_REPLICA_URLS: 'postgres://r1.example.com/crm',
      DATABASE_REPLICA_MAX_LAG_MS: '1000',
      EMBEDDED_POSTGRES_DIR: '/var/lib/crm',
      REQUEST_TIMEOUT_MS: '1000',
      RECALCULATION_TIMEOUT_MS: '2000',
      DATABASE_ACQUIRE_TIMEOUT_MS: '3000',
      DATABASE_PING_TIMEOUT_MS: '4000',
      SHUTDOWN_DELAY_MS: '5000',
      SHUTDOWN_TIMEOUT_MS: '6000',
      LEADS_LIST_LIMIT: '100',
      INTERACTIONS_LIST_LIMIT: '200',
      SCORE_REFRESH_SECONDS: '5',
      RECALCULATION_CRON: '0 3 * * *',
      SUMMARY_PROVIDER: 'openrouter',
      SUMMARY_LANGUAGE: 'de',
      SUMMARY_WORKERS: '2',
      SUMMARY_REFRESH_DELAY_SECONDS: '30',
      OPENROUTER_BASE_URL: 'https://proxy.example.com/v1',
      OPENROUTER_MODELS: 'a/b',
      OPENROUTER_ATTEMPT_TIMEOUT_MS: '1000',
      OPENROUTER_TOTAL_TIMEOUT_MS: '2000',
      TRUST_PROXY: '2',
      MAX_BODY_BYTES: '2048',
      IMPORT_MAX_FILE_BYTES: '4096',
      QUERY_MAX_TOKENS: '100',
      QUERY_MAX_DEPTH: '2',
      QUERY_MAX_FIELDS: '3',
      QUERY_MAX_ALIASES: '4',
      QUERY_MAX_DIRECTIVES: '5',
      QUERY_MAX_DUPLICATE_FIELDS: '6',
      QUERY_MAX_MUTATIONS: '7',
      QUERY_MAX_COST: '8',
      RATE_LIMIT_PER_MINUTE: '9',
      RATE_LIMIT_WRITES_PER_MINUTE: '10',
      RATE_LIMIT_SUMMARIES_PER_MINUTE: '11',
      RATE_LIMIT_BULK_PER_MINUTE: '12',
      RATE_LIMIT_AUTH_FAILURES_PER_MINUTE: '13',
      WEBSOCKET_MAX_PER_CALLER: '14',
      WEBSOCKET_MAX_OPERATIONS: '15',
      WEBSOCKET_MAX_OPERATIONS_PER_CALLER: '16',
      HTTP_MAX_CONNECTIONS: '17',
      RESPONSE_WRITE_TIMEOUT_MS: '1000',
      LOG_LEVEL: 'warn',
      METRICS_TOKEN: 'a-token-of-some-length',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example.com:4318',
      OTEL_SERVICE_NAME: 'crm',
    };
    expect(Object.keys(bare).sort()).toEqual([...settingNames].sort());
    const spaced = Object.fromEntries(Object.entries(bare).map(([name, value]) => [name, ` ${value}\r`]));
    expect(loadSettings(spaced)).toEqual(loadSettings(bare));
  });

  it('reads every setting', () => {
    const environment = {
      NODE_ENV: 'production',
      HOST: '0.0.0.0',
      PORT: '0',
      COMPILE_QUERIES: 'off',
      CORS_ORIGINS: 'https://crm.example.com, http://localhost:5173',
      AUTH: 'on',
      AUTH_JWKS_URL: 'https://login.example.com/keys',
      AUTH_PUBLIC_KEY: '',
      AUTH_ISSUER: 'https://login.example.com/',
      AUTH_AUDIENCE: 'crm',
      AUTH_ROLE_CLAIM: 'groups',
      ROUTER_SECRET: 'x'.repeat(32),
      DATABASE_URL,
      DATABASE_REPLICA_URLS: 'postgres://r1.example.com/crm, postgres://r2.example.com/crm',
      DATABASE_POOLER_URL: 'postgres://pooler.example.com:6432/crm',
      DATABASE_REPLICA_MAX_LAG_MS: '100',
      DATABASE_POOL_SIZE: '500',
      EMBEDDED_POSTGRES_DIR: '/var/lib/crm',
      LEADS_LIST_LIMIT: '1000000',
      INTERACTIONS_LIST_LIMIT: '10000000',
      SCORE_REFRESH_SECONDS: '0',
      REQUEST_TIMEOUT_MS: '100',
      RECALCULATION_TIMEOUT_MS: '86400000',
      DATABASE_ACQUIRE_TIMEOUT_MS: '60000',
      DATABASE_PING_TIMEOUT_MS: '100',
      SHUTDOWN_DELAY_MS: '0',
      SHUTDOWN_TIMEOUT_MS: '600000',
      RECALCULATION_CRON: '*/15 * * * *',
      SUMMARY_PROVIDER: 'openrouter',
      SUMMARY_LANGUAGE: 'fr-CA',
      SUMMARY_WORKERS: '0',
      SUMMARY_REFRESH_DELAY_SECONDS: '86400',
      OPENROUTER_API_KEY,
      OPENROUTER_BASE_URL: 'http://localhost:9999/api/v1//',
      OPENROUTER_MODELS: 'a/one, b/two ,c/three',
      OPENROUTER_ATTEMPT_TIMEOUT_MS: '100',
      OPENROUTER_TOTAL_TIMEOUT_MS: '600000',
      TRUST_PROXY: '10.0.0.0/8, ::1',
      MAX_BODY_BYTES: '2048',
      IMPORT_MAX_FILE_BYTES: '4096',
      QUERY_MAX_TOKENS: '100',
      QUERY_MAX_DEPTH: '2',
      QUERY_MAX_FIELDS: '3',
      QUERY_MAX_ALIASES: '4',
      QUERY_MAX_DIRECTIVES: '5',
      QUERY_MAX_DUPLICATE_FIELDS: '6',
      QUERY_MAX_MUTATIONS: '7',
      QUERY_MAX_COST: '8',
      RATE_LIMIT_PER_MINUTE: '9',
      RATE_LIMIT_WRITES_PER_MINUTE: '10',
      RATE_LIMIT_SUMMARIES_PER_MINUTE: '11',
      RATE_LIMIT_BULK_PER_MINUTE: '12',
      RATE_LIMIT_AUTH_FAILURES_PER_MINUTE: '13',
      WEBSOCKET_MAX_PER_CALLER: '14',
      WEBSOCKET_MAX_OPERATIONS: '15',
      WEBSOCKET_MAX_OPERATIONS_PER_CALLER: '16',
      HTTP_MAX_CONNECTIONS: '17',
      RESPONSE_WRITE_TIMEOUT_MS: '1000',
      LOG_LEVEL: 'debug',
      METRICS_TOKEN: 'sixteen-letters!',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318/',
      OTEL_SERVICE_NAME: 'crm',
    };
    expect(Object.keys(environment).sort()).toEqual([...settingNames].sort());
    expect(loadSettings(environment)).toEqual({
      environment: 'production',
      compilesQueries: false,
      http: {
        host: '0.0.0.0',
        port: 0,
        corsOrigins: ['https://crm.example.com', 'http://localhost:5173'],
        trustProxy: ['10.0.0.0/8', '::1'],
        maxConnections: 17,
      },
      access: {
        isOn: true,
        jwt: {
          keys: { jwksUrl: 'https://login.example.com/keys' },
          issuer: 'https://login.example.com/',
          audience: 'crm',
          roleClaim: 'groups',
        },
        routerSecret: 'x'.repeat(32),
      },
      database: {
        url: DATABASE_URL,
        poolerUrl: 'postgres://pooler.example.com:6432/crm',
        embeddedDirectory: '/var/lib/crm',
        poolSize: 500,
        replicaUrls: ['postgres://r1.example.com/crm', 'postgres://r2.example.com/crm'],
        replicaMaxLagMs: 100,
      },
      times: {
        requestMs: 100,
        responseWriteMs: 1_000,
        recalculationMs: 86_400_000,
        acquireMs: 60_000,
        pingMs: 100,
        shutdownDelayMs: 0,
        shutdownMs: 600_000,
      },
      lists: { maxLeads: 1_000_000, maxInteractions: 10_000_000 },
      scores: { refreshSeconds: null, recalculationCron: '*/15 * * * *' },
      summaries: {
        language: 'fr-CA',
        workerCount: 0,
        refreshDelaySeconds: 86_400,
        writer: {
          provider: 'openrouter',
          openRouter: {
            apiKey: OPENROUTER_API_KEY,
            baseUrl: 'http://localhost:9999/api/v1',
            models: ['a/one', 'b/two', 'c/three'],
            attemptTimeoutMs: 100,
            totalTimeoutMs: 600_000,
          },
        },
      },
      limits: {
        maxBodyBytes: 2_048,
        maxImportFileBytes: 4_096,
        query: {
          maxTokens: 100,
          maxDepth: 2,
          maxFields: 3,
          maxAliases: 4,
          maxDirectives: 5,
          maxDuplicateFields: 6,
          maxMutations: 7,
          maxCost: 8,
        },
        rates: {
          requestsPerMinute: 9,
          writesPerMinute: 10,
          summariesPerMinute: 11,
          bulkPerMinute: 12,
          authFailuresPerMinute: 13,
        },
        sockets: { maxSocketsPerCaller: 14, maxOperations: 15, maxOperationsPerCaller: 16 },
      },
      observability: {
        logLevel: 'debug',
        metricsAccess: { token: 'sixteen-letters!' },
        tracing: { endpoint: 'http://localhost:4318', serviceName: 'crm' },
      },
      removed: [],
    });
  });

  it('disables metrics in production without a token, and rejects short tokens', () => {
    expect(loadSettings(PRODUCTION).observability.metricsAccess).toBe('off');
    expect(violationOf({ METRICS_TOKEN: 'fifteen-letters' }).violations).toEqual([
      'METRICS_TOKEN must be at least 16 characters long',
    ]);
  });

  it('treats the environment test as development', () => {
    expect(loadSettings({ NODE_ENV: 'test' }).environment).toBe('development');
  });

  describe('CORS_ORIGINS', () => {
    it('defaults to localhost origins in development, and to none in production', () => {
      expect(loadSettings({}).http.corsOrigins).toBeNull();
      expect(loadSettings(PRODUCTION).http.corsOrigins).toEqual([]);
    });

    it.each(['development', 'production'])('allows only the listed origins in %s', (environment) => {
      const settings = loadSettings({
        ...PRODUCTION,
        NODE_ENV: environment,
        CORS_ORIGINS: 'https://a.example.com,https://b.example.com:8443,',
      });
      expect(settings.http.corsOrigins).toEqual(['https://a.example.com', 'https://b.example.com:8443']);
    });
  });

  describe('authentication', () => {
    const pem = (type: 'rsa' | 'ec' | 'ed25519', of: 'public' | 'private' = 'public', strength = 2048) => {
      const pair =
        type === 'rsa'
          ? generateKeyPairSync('rsa', { modulusLength: strength })
          : type === 'ec'
            ? generateKeyPairSync('ec', { namedCurve: strength === 2048 ? 'P-256' : 'secp256k1' })
            : generateKeyPairSync('ed25519');
      return of === 'public'
        ? pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()
        : pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    };
    const TOKENS = { AUTH_ISSUER: 'https://login.example.com/', AUTH_AUDIENCE: 'crm' };
    const AUTH_JWKS_URL = 'https://login.example.com/keys';

    it('is on in production, on public addresses, and if tokens are accepted', () => {
      const isOn = (environment: Environment) => loadSettings(environment).access.isOn;
      expect(isOn({})).toBe(false);
      expect(['localhost', '127.0.0.2', '::1'].map((HOST) => isOn({ HOST }))).toEqual([false, false, false]);
      expect(['0.0.0.0', '::', '192.0.2.1', 'localhost.example.com'].map((HOST) => isOn({ HOST }))).toEqual([
        true,
        true,
        true,
        true,
      ]);
      expect(isOn(PRODUCTION)).toBe(true);
      expect(isOn({ AUTH: 'on' })).toBe(true);
      expect(isOn({ ...TOKENS, AUTH_JWKS_URL })).toBe(true);
      expect(isOn({ ...TOKENS, AUTH_JWKS_URL, AUTH: 'off' })).toBe(false);
    });

    it.each([
      { ...PRODUCTION, AUTH: 'off' },
      { ...PRODUCTION, AUTH: 'off', HOST: '127.0.0.1' },
      { AUTH: 'off', HOST: '0.0.0.0' },
      { AUTH: 'off', HOST: '127.0.0.1.nip.io' },
    ])('cannot be off with %j', (environment) => {
      expect(violationOf(environment).violations).toEqual([
        'AUTH may be off only in development, with HOST a loopback address',
      ]);
    });

    it('accepts one source of keys, and requires issuer and audience', () => {
      const AUTH_PUBLIC_KEY = pem('ed25519');
      expect(violationOf({ ...TOKENS, AUTH_JWKS_URL, AUTH_PUBLIC_KEY }).violations).toEqual([
        'AUTH_JWKS_URL and AUTH_PUBLIC_KEY must not both be set',
      ]);
      for (const keys of [{ AUTH_JWKS_URL }, { AUTH_PUBLIC_KEY }]) {
        for (const name of ['AUTH_ISSUER', 'AUTH_AUDIENCE']) {
          expect(violationOf({ ...TOKENS, ...keys, [name]: ' ' }).violations).toEqual([
            `${name} must be set if AUTH_JWKS_URL or AUTH_PUBLIC_KEY is set, to define which tokens are accepted`,
          ]);
        }
      }
      for (const [name, value] of Object.entries(TOKENS)) {
        expect(violationOf({ [name]: value }).violations).toEqual([
          'AUTH_JWKS_URL or AUTH_PUBLIC_KEY must be set if other token settings are set',
        ]);
      }
      for (const AUTH_JWKS_URL of ['http://localhost:9/keys', 'http://127.0.0.1/', 'http://[::1]/']) {
        expect(loadSettings({ ...TOKENS, AUTH_JWKS_URL }).access.jwt?.keys).toEqual({
          jwksUrl: AUTH_JWKS_URL,
        });
      }
    });

    it.each([
      'http://login.example.com/keys',
      'http://localhost.example.com/keys',
      'http://10.0.0.1/keys',
      'file:///secret-marker',
      'secret-marker',
    ])('accepts no keys from %s', (url) => {
      expect(violationOf({ ...TOKENS, AUTH_JWKS_URL: url }).violations).toEqual([
        'AUTH_JWKS_URL must be an https URL (http only on localhost)',
      ]);
    });

    it('accepts only strong public keys, with real or escaped line ends', () => {
      for (const key of [pem('rsa'), pem('ec'), pem('ed25519')].map((text) => text.trim())) {
        for (const AUTH_PUBLIC_KEY of [key, key.replaceAll('\n', '\\n')]) {
          expect(loadSettings({ ...TOKENS, AUTH_PUBLIC_KEY }).access.jwt?.keys).toEqual({
            publicKey: key,
          });
        }
      }
      for (const AUTH_PUBLIC_KEY of [
        'secret-marker',
        '-----BEGIN PUBLIC KEY-----\nsecret-marker\n-----END PUBLIC KEY-----',
        pem('rsa', 'public', 1024),
        pem('ec', 'public', 0),
        pem('rsa', 'private'),
      ]) {
        expect(violationOf({ ...TOKENS, AUTH_PUBLIC_KEY }).violations).toEqual([
          'AUTH_PUBLIC_KEY must be a public key in PEM: RSA of at least 2048 bits, P-256, P-384, P-521 or Ed25519',
        ]);
      }
    });

    it('requires at least 32 characters for the secret of routers', () => {
      expect(violationOf({ ROUTER_SECRET: 'x'.repeat(31) }).violations).toEqual([
        'ROUTER_SECRET must have at least 32 characters',
      ]);
      expect(loadSettings({ ROUTER_SECRET: 'x'.repeat(32) }).access.routerSecret).toBe('x'.repeat(32));
    });
  });

  describe('the writer of summaries', () => {
    it('is a model if an API key is set', () => {
      expect(loadSettings({ OPENROUTER_API_KEY }).summaries.writer).toEqual(OPENROUTER_DEFAULTS);
      expect(loadSettings({ OPENROUTER_API_KEY, SUMMARY_PROVIDER: 'openrouter' }).summaries.writer).toEqual(
        OPENROUTER_DEFAULTS,
      );
    });

    it.each([
      { SUMMARY_PROVIDER: 'template' },
      { SUMMARY_PROVIDER: 'template', OPENROUTER_API_KEY },
      { ...PRODUCTION, OPENROUTER_API_KEY: undefined, SUMMARY_PROVIDER: 'template' },
    ])('is the template if it is chosen: %j', (environment) => {
      expect(loadSettings(environment).summaries.writer).toEqual({ provider: 'template', isFallback: false });
    });

    it('is the template as a fallback in development without a key', () => {
      expect(loadSettings({}).summaries.writer).toEqual({ provider: 'template', isFallback: true });
    });

    it.each([
      { SUMMARY_PROVIDER: 'off' },
      { ...PRODUCTION, OPENROUTER_API_KEY: undefined, SUMMARY_PROVIDER: 'off' },
    ])('is off if summaries are disabled: %j', (environment) => {
      expect(loadSettings(environment).summaries.writer).toEqual({ provider: 'off' });
    });

    it.each(['de', 'pt-BR', 'zh-Hant'])('writes in the language %s if it is set', (language) => {
      expect(loadSettings({ SUMMARY_LANGUAGE: language }).summaries.language).toBe(language);
    });

    it('writes after a change if a delay is set', () => {
      expect(loadSettings({ SUMMARY_REFRESH_DELAY_SECONDS: '30' }).summaries.refreshDelaySeconds).toBe(30);
    });

    it('needs no key for a command', () => {
      const withoutKey = { ...PRODUCTION, OPENROUTER_API_KEY: undefined };
      expect(loadSettings(withoutKey, 'command').database.url).toBe(DATABASE_URL);
      expect(loadSettings({ SUMMARY_PROVIDER: 'openrouter' }, 'command').environment).toBe('development');
    });
  });

  it.each<[string, string, string[]]>([
    [
      'NODE_ENV',
      'NODE_ENV must be development, production or test',
      ['secret-marker', 'Production', 'staging'],
    ],
    ...(
      [
        ['PORT', 0, 65_535],
        ['MAX_BODY_BYTES', 1024, 104_857_600],
        ['IMPORT_MAX_FILE_BYTES', 1024, 107_374_182_400],
        ['QUERY_MAX_TOKENS', 10, 20_000],
        ['QUERY_MAX_DEPTH', 1, 100],
        ['QUERY_MAX_FIELDS', 1, 5_000],
        ['QUERY_MAX_ALIASES', 0, 5_000],
        ['QUERY_MAX_DIRECTIVES', 0, 5_000],
        ['QUERY_MAX_DUPLICATE_FIELDS', 1, 5_000],
        ['QUERY_MAX_MUTATIONS', 1, 1_000],
        ['QUERY_MAX_COST', 1, 100_000_000],
        ['RATE_LIMIT_PER_MINUTE', 0, 1_000_000],
        ['RATE_LIMIT_WRITES_PER_MINUTE', 0, 1_000_000],
        ['RATE_LIMIT_SUMMARIES_PER_MINUTE', 0, 1_000_000],
        ['RATE_LIMIT_BULK_PER_MINUTE', 0, 1_000_000],
        ['RATE_LIMIT_AUTH_FAILURES_PER_MINUTE', 0, 1_000_000],
        ['WEBSOCKET_MAX_PER_CALLER', 1, 1_000_000],
        ['WEBSOCKET_MAX_OPERATIONS', 1, 10_000],
        ['WEBSOCKET_MAX_OPERATIONS_PER_CALLER', 1, 1_000_000],
        ['HTTP_MAX_CONNECTIONS', 10, 1_000_000],
        ['RESPONSE_WRITE_TIMEOUT_MS', 1_000, 600_000],
        ['DATABASE_POOL_SIZE', 2, 500],
        ['SUMMARY_WORKERS', 0, 50],
        ['LEADS_LIST_LIMIT', 1, 1_000_000],
        ['INTERACTIONS_LIST_LIMIT', 1, 10_000_000],
        ['SUMMARY_REFRESH_DELAY_SECONDS', 1, 86_400],
        ['OPENROUTER_ATTEMPT_TIMEOUT_MS', 100, 600_000],
        ['OPENROUTER_TOTAL_TIMEOUT_MS', 100, 600_000],
      ] as const
    ).map(([name, minimum, maximum]): [string, string, string[]] => [
      name,
      `${name} must be a whole number from ${minimum} to ${maximum}`,
      [
        'secret-marker',
        `${minimum - 1}`,
        `${maximum + 1}`,
        '150.5',
        '1e3',
        '0x80',
        '150 secret-marker',
        '9'.repeat(400),
      ],
    ]),
    [
      'CORS_ORIGINS',
      'CORS_ORIGINS must be origins such as https://crm.example.com, separated by commas, with no path',
      [
        '*',
        'null',
        'crm.example.com',
        'https://crm.example.com/',
        'https://crm.example.com/secret-marker',
        'https://user:secret-marker@crm.example.com',
        'ftp://crm.example.com',
        'https://crm.example.com,secret-marker',
      ],
    ],
    [
      'TRUST_PROXY',
      'TRUST_PROXY must be addresses or networks such as 10.0.0.0/8, separated by commas, or a number of proxies from 1 to 9',
      ['secret-marker', 'true', '0', '10', '10.0.0.0/33', '10.0.0.0/8/1', '10.0.0.1,secret-marker', '*'],
    ],
    [
      'DATABASE_URL',
      'DATABASE_URL must be a URL such as postgres://user:password@host:5432/database',
      ['secret-marker', 'mysql://root:secret-marker@localhost/crm', 'localhost:5432/secret-marker'],
    ],
    [
      'SUMMARY_PROVIDER',
      'SUMMARY_PROVIDER must be openrouter, template or off',
      ['secret-marker', 'OpenRouter'],
    ],
    [
      'SUMMARY_LANGUAGE',
      'SUMMARY_LANGUAGE must be a language tag such as de or pt-BR',
      ['secret-marker', 'German', 'xx', 'de de'],
    ],
    [
      'OPENROUTER_API_KEY',
      'OPENROUTER_API_KEY must be 8 to 512 printable ASCII characters without spaces',
      ['secret', 'secret marker', 'secret-markér', 'secret-marker\nX-Header: 1', 'x'.repeat(513)],
    ],
    [
      'OPENROUTER_BASE_URL',
      'OPENROUTER_BASE_URL must be an http or https URL',
      ['secret-marker', 'file:///secret-marker', 'openrouter.ai/api/v1'],
    ],
    [
      'OPENROUTER_BASE_URL',
      'OPENROUTER_BASE_URL must not contain a user, password, query or fragment',
      [
        'https://user:secret-marker@proxy.example.com/v1',
        'https://secret-marker@proxy.example.com/v1',
        'https://proxy.example.com/v1?key=secret-marker',
        'https://proxy.example.com/v1#secret-marker',
      ],
    ],
    [
      'OPENROUTER_MODELS',
      'OPENROUTER_MODELS must name 1 to 3 models, separated by commas',
      [',', 'a,b,c,secret-marker'],
    ],
  ])('reports %s with its rule if the value is invalid', (name, rule, values) => {
    for (const value of values)
      expect([value, violationOf({ [name]: value }).violations]).toEqual([value, [rule]]);
  });

  it('rejects a timeout of attempts above the total timeout', () => {
    const rule = 'OPENROUTER_ATTEMPT_TIMEOUT_MS must not be above OPENROUTER_TOTAL_TIMEOUT_MS';
    expect(violationOf({ OPENROUTER_TOTAL_TIMEOUT_MS: '29999' }).violations).toEqual([rule]);
    expect(violationOf({ OPENROUTER_ATTEMPT_TIMEOUT_MS: '60001' }, 'command').violations).toEqual([rule]);
    expect(openRouterOf({ OPENROUTER_TOTAL_TIMEOUT_MS: '30000' }).totalTimeoutMs).toBe(30_000);
  });

  it('requires a database and a key in production', () => {
    const { violations } = violationOf({ NODE_ENV: 'production', DATABASE_URL: ' ', OPENROUTER_API_KEY: '' });
    expect(violations).toEqual([
      'DATABASE_URL must be set in production, which has no embedded PostgreSQL',
      'OPENROUTER_API_KEY must be set in production (or SUMMARY_PROVIDER=template, to write summaries without a model)',
    ]);
    expect(violationOf({ NODE_ENV: 'production' }, 'command').violations).toEqual(violations.slice(0, 1));
  });

  it('requires a key if OpenRouter is chosen', () => {
    expect(violationOf({ SUMMARY_PROVIDER: 'openrouter' }).violations).toEqual([
      'OPENROUTER_API_KEY must be set if SUMMARY_PROVIDER is openrouter',
    ]);
  });

  it('reports all violations together, each once and without values', () => {
    const { violations, message } = violationOf({
      NODE_ENV: 'production',
      PORT: 'secret-marker',
      CORS_ORIGINS: 'secret-marker',
      DATABASE_POOL_SIZE: 'secret-marker',
      SUMMARY_PROVIDER: 'secret-marker',
      OPENROUTER_BASE_URL: 'secret-marker',
      OPENROUTER_MODELS: ',,',
      OPENROUTER_ATTEMPT_TIMEOUT_MS: '2000',
      OPENROUTER_TOTAL_TIMEOUT_MS: '1000',
    });
    expect(violations.map((violation) => violation.split(' ')[0]).sort()).toEqual([
      'CORS_ORIGINS',
      'DATABASE_POOL_SIZE',
      'DATABASE_URL',
      'OPENROUTER_API_KEY',
      'OPENROUTER_ATTEMPT_TIMEOUT_MS',
      'OPENROUTER_BASE_URL',
      'OPENROUTER_MODELS',
      'PORT',
      'SUMMARY_PROVIDER',
    ]);
    for (const violation of violations) expect(message).toContain(`\n  - ${violation}`);
  });

  it('never repeats the value of any setting', () => {
    for (const name of settingNames) {
      for (const value of ['secret-marker with é', 'x://secret-marker', 'secret-marker,,,b,c,d']) {
        const environment = { ...PRODUCTION, PORT: 'wrong', [name]: value };
        expect(violationOf(environment).message).not.toContain('secret-marker');
      }
    }
  });

  it('returns deeply frozen settings', () => {
    const settings = loadSettings({ ...PRODUCTION, CORS_ORIGINS: 'https://crm.example.com' });
    const parts: unknown[] = [settings];
    for (const part of parts) {
      expect(Object.isFrozen(part)).toBe(true);
      parts.push(
        ...Object.values(part as Record<string, unknown>).filter(
          (value) => typeof value === 'object' && value !== null,
        ),
      );
    }
    expect(parts).toHaveLength(19);
  });
});

describe('.env.example', () => {
  const example = parseEnv(readFileSync(path.join(import.meta.dirname, '../../.env.example'), 'utf8'));

  it('lists exactly the settings that exist', () => {
    expect(Object.keys(example).sort()).toEqual([...settingNames].sort());
  });

  it('shows the defaults', () => {
    const asExample = example as Environment;
    expect(loadSettings(asExample)).toEqual(DEFAULTS);
    expect(loadSettings({ ...asExample, OPENROUTER_API_KEY }).summaries.writer).toEqual(OPENROUTER_DEFAULTS);
  });
});
