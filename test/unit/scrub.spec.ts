import { describe, expect, it } from 'vitest';
import { describeError } from '../../src/logging/describe-error.js';
import { createLog } from '../../src/logging/log.js';
import { scrubLine } from '../../src/logging/scrub.js';

const scrubbed = (text: string): unknown => JSON.parse(scrubLine(JSON.stringify(text)));

describe('a log line', () => {
  it('is scrubbed before it is written', () => {
    const written: string[] = [];
    createLog('info', { write: (line) => written.push(line) }).info('a letter to ada@example.com');
    expect(written).toEqual([expect.stringContaining('"msg":"a letter to [masked]"')]);
  });

  it.each([
    'ada@example.com',
    'write to Ada.Lovelace+crm@mail.example.co.uk, soon',
    'a link to ?email=ada%40example.com',
    'Élise@exämple.fr',
    '+44 20 7946 0958',
    '+442079460958',
    'call (555) 012-3456 today',
    '020 7946 0958',
    '555-012-3456',
    '5550123456',
    'Authorization: Bearer abc.def-ghi_123',
    'basic dXNlcjpwYXNzd29yZA==',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln',
    'lsk_0123456789abcdef',
    'sk-or-v1-0123456789abcdef',
    'postgres://crm:hunter22@db.example.com/crm',
    'password=hunter22',
    'the "token": "hunter22"',
    'Key (email)=(hunter22) already exists.',
    'Failing row contains (1, hunter22, null)',
    'invalid input syntax for type integer: "hunter22"',
  ])('does not contain the secret of %j', (secret) => {
    const text = scrubbed(secret);
    expect(text).toContain('[masked]');
    expect(text).not.toMatch(/hunter22|\d{4}|example\.(com|co|fr)\b(?!\/crm)|abc\.def|dXNlc|eyJ/);
  });

  it.each([
    '2026-11-23T06:16:42.573Z',
    'since 2026-11-23 06:16:42',
    '5cd2cf5e-0d47-4a2a-a6fb-4a1f8d2e4e39',
    '12345678-1234-4abc-8def-123456789012',
    'address:203.0.113.7',
    '203.0.113.7',
    'lead 123456789',
    'recalculation 7 of 100000 leads',
    '    at run (file:///srv/node_modules/.pnpm/@nestjs+core@12.5.1_abc/node_modules/@nestjs/core/x.js:120:33)',
    'http://localhost:3000/graphql',
    'SQLSTATE 23505',
    'jwt:0a1b2c3d4e5f60718293',
  ])('contains %j unchanged', (harmless) => {
    expect(scrubbed(harmless)).toBe(harmless);
  });

  it('remains JSON with unchanged numbers', () => {
    const line = { time: 1766666666666, id: 5550123456, text: 'a "quoted" ada@example.com\n\\', key: null };
    expect(JSON.parse(scrubLine(JSON.stringify(line)))).toEqual({
      ...line,
      text: 'a "quoted" [masked]\n\\',
    });
  });
});

describe('an error in the log', () => {
  it('contains neither message nor statement of a database error, at any depth', () => {
    const original = Object.assign(new Error('duplicate key, Ada Lovelace'), {
      severity: 'ERROR',
      code: '23505',
      detail: 'Key (company)=(Ada Lovelace)',
      table: 'leads',
      constraint: 'leads_email_key',
    });
    const wrapped = Object.assign(new Error('Validation: Ada Lovelace'), {
      name: 'SequelizeUniqueConstraintError',
      original,
      sql: 'INSERT Ada Lovelace',
      parameters: ['Ada Lovelace'],
    });
    const description = describeError(new Error('It failed.', { cause: wrapped }));
    expect(JSON.stringify(description)).not.toContain('Lovelace');
    expect(description).toMatchObject({
      message: 'It failed.',
      cause: {
        type: 'SequelizeUniqueConstraintError',
        cause: { code: '23505', table: 'leads', constraint: 'leads_email_key' },
      },
    });
  });

  it('quotes only single words, and nothing in syntax errors', () => {
    const messageOf = (error: Error) => describeError(error).message;
    expect(messageOf(new TypeError("Cannot read properties of undefined (reading 'email')"))).toBe(
      "Cannot read properties of undefined (reading 'email')",
    );
    expect(messageOf(new Error('no "Ada Lovelace" here'))).toBe('no "…" here');
    expect(messageOf(new SyntaxError('Unexpected token, "Ada" is not valid JSON'))).toBe(
      'Unexpected token, "…" is not valid JSON',
    );
  });

  it('has stack frames without the message', () => {
    const { stack } = describeError(new Error('first\nsecond'));
    expect(stack).toMatch(/^\s+at /);
    expect(stack).not.toMatch(/first|second/);
  });

  it('contains the facts of a provider error, and only the type of a thrown string', () => {
    const cause = { status: 502, generationId: 'gen-1', detail: 'said "no such thing"', body: 'notes' };
    expect(describeError(new Error('x', { cause })).cause).toEqual({
      status: 502,
      generationId: 'gen-1',
      detail: 'said "…"',
    });
    expect(describeError('ada@example.com')).toEqual({ type: 'string' });
  });
});
