import { RULES_OF_VERSION_1 } from '../../src/leads/scoring/scoring-rules.js';
import { rulesInDocument } from '../support/scoring-rules.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  getNamedType,
  type GraphQLInputType,
  isInputObjectType,
  isObjectType,
  type GraphQLField,
  isRequiredArgument,
} from 'graphql';
import request from 'supertest';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { removeLeads } from '../support/database-reset.js';
import { insertInteraction, insertLead } from '../support/fixtures.js';
import { readSchema } from '../support/fuzz/schema-documents.js';
import { answersTo, connectSocket, type SocketAnswer } from '../support/websocket.js';

let api: Api;
let database: Connection;
let url: string;
let leadId: number;
let interactionId: number;

beforeAll(async () => {
  api = await startApi();
  database = await connect(api.databaseUrl);
  await api.app.listen(0, '127.0.0.1');
  url = `${await api.app.getUrl()}/graphql`;
});
beforeEach(async () => {
  await removeLeads(database);
  leadId = await insertLead(database, { email: 'taken@example.com' });
  interactionId = await insertInteraction(database, leadId);
});
afterAll(async () => {
  await database.close();
  await api.close();
});

const CREATE_LEAD = 'mutation ($input: CreateLeadInput!) { createLead(createLeadInput: $input) { id } }';
const UPDATE_LEAD = 'mutation ($input: UpdateLeadInput!) { updateLead(updateLeadInput: $input) { id } }';
const CREATE_INTERACTION =
  'mutation ($input: CreateInteractionInput!) { createInteraction(createInteractionInput: $input) { id } }';
const UPDATE_INTERACTION =
  'mutation ($input: UpdateInteractionInput!) { updateInteraction(updateInteractionInput: $input) { id } }';

const ADA = { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.com' };

const contents = () =>
  database.rows(`SELECT * FROM leads AS l FULL JOIN interactions AS i ON i."leadId" = l.id`);

/** Sends a request that must be rejected, and checks that it changes no data and exposes no internals. */
async function rejection(query: string, variables?: Record<string, unknown>) {
  const before = await contents();
  const { errors } = await api.send(query, variables);
  expect(await contents()).toEqual(before);
  const text = JSON.stringify(errors);
  expect(text).not.toMatch(/select |insert |update "|sequelize|constraint|node_modules|\/src\/|\.ts|stack/i);
  return { code: errors?.[0]?.extensions.code, message: errors?.[0]?.message ?? '' };
}

/** Soft hyphen, zero-width joiners and spaces, direction marks, variation selectors, fillers, tags. */
const INVISIBLE = [
  '\u00ad',
  '\u034f',
  '\u061c',
  '\u115f',
  '\u1160',
  '\u17b4',
  '\u180b',
  '\u180e',
  '\u200b',
  '\u200c',
  '\u200d',
  '\u200e',
  '\u200f',
  '\u202a',
  '\u202e',
  '\u2060',
  '\u2063',
  '\u2066',
  '\u2069',
  '\u206a',
  '\u2800',
  '\u3164',
  '\ufe00',
  '\ufe0f',
  '\ufeff',
  '\uffa0',
  '\ufff9',
  '\u{1d173}',
  '\u{e0001}',
  '\u{e0041}',
  '\u{e007f}',
  '\u{e0100}',
];
const nameOf = (character: string) => `U+${character.codePointAt(0)?.toString(16)}`;

describe('a lead', () => {
  const BAD_FIELDS: [string, object, RegExp][] = [
    ['an e-mail without a domain', { email: 'ada' }, /email must be an e-mail address/],
    ['an e-mail with a line break', { email: 'ada@example.com\nbcc:x@example.com' }, /email/],
    ['an over-long e-mail', { email: `${'a'.repeat(60)}@${'b'.repeat(250)}.com` }, /at most 254/],
    ['an empty first name', { firstName: '' }, /firstName must not be empty/],
    ['a last name of white space', { lastName: ' \u00a0 ' }, /lastName must not be empty/],
    ['an over-long name', { firstName: 'x'.repeat(256) }, /firstName must be at most 255/],
    ['an over-long company', { company: 'x'.repeat(256) }, /company must be at most 255/],
    ['an over-long phone', { phone: '1'.repeat(256) }, /phone must be at most 255/],
    ['an over-long location', { location: 'x'.repeat(256) }, /location must be at most 255/],
    ['an over-long source', { source: 'x'.repeat(256) }, /source must be at most 255/],
    ['a NUL character', { company: 'a\u0000b' }, /company must not contain control characters/],
    ['half a surrogate pair', { company: 'a\ud800' }, /company must be valid Unicode/],
    ['a negative budget', { budget: -0.01 }, /budget must not be negative/],
    ['an over-large budget', { budget: 100_000_000 }, /budget must be at most 99999999.99/],
    ['a budget that is over-large when rounded', { budget: 99_999_999.996 }, /budget must be at most/],
    ['a budget of tenths of a cent', { budget: 1.234 }, /budget must not have more than two decimals/],
    ['a budget just above half a cent', { budget: 1.005 }, /budget must not have more than two decimals/],
    ['a budget below a cent', { budget: 0.001 }, /budget must not have more than two decimals/],
    ['a large budget with a fraction of a cent', { budget: 9_999_999.994 }, /more than two decimals/],
    ['a tiny negative budget', { budget: -0.001 }, /budget must not be negative/],
    ['a budget of 1e308', { budget: 1e308 }, /budget must be at most 99999999.99/],
    ...INVISIBLE.flatMap((character): [string, object, RegExp][] => [
      [`an e-mail with ${nameOf(character)}`, { email: `ad${character}a@example.com` }, /email must/],
      [
        `a name of ${nameOf(character)}`,
        { lastName: ` ${character}${character}` },
        /lastName must not be empty/,
      ],
    ]),
    ['an e-mail with an em space', { email: 'ad\u2003a@example.com' }, /email must be an e-mail/],
    ['a name of combining marks only', { firstName: '\u0301\u0308' }, /firstName must not be empty/],
    [
      'a name of very many combining marks',
      { firstName: `A${'\u0301\u0323'.repeat(60)}` },
      /100 combining marks/,
    ],
    ['an external id without a source', { externalId: '1' }, /externalId and externalSource belong together/],
    ['a source without an external id', { externalSource: 'csv' }, /externalId and externalSource belong/],
    [
      'a source and null as the external id',
      { externalSource: 'csv', externalId: null },
      /externalId and externalSource belong together/,
    ],
    [
      'an over-long external source',
      { externalSource: 'x'.repeat(65), externalId: '1' },
      /externalSource must be at most 64/,
    ],
    [
      'a source with a space',
      { externalSource: 'hub spot', externalId: '1' },
      /externalSource must consist of/,
    ],
    [
      'a source that begins with a dot',
      { externalSource: '.csv', externalId: '1' },
      /externalSource must consist/,
    ],
    [
      'a source of other letters',
      { externalSource: '\u043a', externalId: '1' },
      /externalSource must consist/,
    ],
    [
      'an over-long external id',
      { externalSource: 'csv', externalId: 'x'.repeat(256) },
      /externalId must be at most 255/,
    ],
    [
      'an external id of two lines',
      { externalSource: 'csv', externalId: '1\n2' },
      /externalId must be a single line/,
    ],
    ['an unknown status', { status: 'on hold' }, /status must be one of new, contacted/],
    [
      'a status of very many combining marks',
      { status: `new${'\u0301\u0323'.repeat(100_000)}` },
      /status must be one/,
    ],
    ['a status that is a property of Object.prototype', { status: 'constructor' }, /status must be one of/],
  ];

  it.each(BAD_FIELDS)('is not created with %s', async (_, fields, message) => {
    const { code, message: actual } = await rejection(CREATE_LEAD, { input: { ...ADA, ...fields } });
    expect(code).toBe('BAD_USER_INPUT');
    expect(actual).toMatch(message);
  });

  it.each(BAD_FIELDS)('is not updated with %s', async (_, fields, message) => {
    const { code, message: actual } = await rejection(UPDATE_LEAD, { input: { id: leadId, ...fields } });
    expect(code).toBe('BAD_USER_INPUT');
    expect(actual).toMatch(message);
  });

  it.each(['firstName', 'lastName', 'email', 'status'])('is not updated with null as %s', async (field) => {
    expect(await rejection(UPDATE_LEAD, { input: { id: leadId, [field]: null } })).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining(field) as unknown,
    });
  });

  it('is rejected with all validation errors at once', async () => {
    const { message } = await rejection(CREATE_LEAD, {
      input: { firstName: '', lastName: '', email: '', budget: -1, status: 'x' },
    });
    for (const field of ['firstName', 'lastName', 'email', 'budget', 'status'])
      expect(message).toContain(field);
  });

  it.each(['1.234', '1.005', '-0.001', '1e308', '0.0100001'])(
    'is not created with the literal budget %s',
    async (budget) => {
      const { code, message } = await rejection(
        `mutation { createLead(createLeadInput: { firstName: "a", lastName: "b", email: "c@example.com", budget: ${budget} }) { id } }`,
      );
      expect(code).toBe('BAD_USER_INPUT');
      expect(message).toMatch(/^budget must (not have more than two decimals|not be negative|be at most)/);
    },
  );

  it.each(['NaN', '1e400', '"12"', 'true'])('is not created with the budget %s', async (budget) => {
    const { code } = await rejection(
      `mutation { createLead(createLeadInput: { firstName: "a", lastName: "b", email: "c@example.com", budget: ${budget} }) { id } }`,
    );
    expect(code).toMatch(/^(BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED)$/);
  });

  it.each(['taken@example.com', 'TAKEN@Example.com'])(
    'is not created with the taken e-mail %s',
    async (email) => {
      expect(await rejection(CREATE_LEAD, { input: { ...ADA, email } })).toEqual({
        code: 'CONFLICT',
        message: 'email is already taken.',
      });
    },
  );

  it('is not created with an e-mail that an older lead has in another letter case', async () => {
    await insertLead(database, { email: 'Old.Lead@Example.com' });
    expect(await rejection(CREATE_LEAD, { input: { ...ADA, email: 'old.lead@example.com' } })).toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('is not updated with the e-mail of another lead', async () => {
    await insertLead(database, { email: 'other@example.com' });
    expect(await rejection(UPDATE_LEAD, { input: { id: leadId, email: 'other@example.com' } })).toMatchObject(
      {
        code: 'CONFLICT',
      },
    );
  });

  it('is not created or updated with the external id of another lead', async () => {
    await database.rows(`UPDATE leads SET "externalSource" = 'csv', "externalId" = '1'`);
    const other = await insertLead(database);
    const taken = {
      code: 'CONFLICT',
      message: 'The combination of externalSource and externalId is already taken.',
    };
    const key = { externalSource: 'CSV', externalId: '1' };
    expect(await rejection(CREATE_LEAD, { input: { ...ADA, ...key } })).toEqual(taken);
    expect(await rejection(UPDATE_LEAD, { input: { id: other, ...key } })).toEqual(taken);
  });

  it('is created once if several requests send the same e-mail at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => api.send(CREATE_LEAD, { input: ADA })));
    const codes = answers.map(({ errors }) => errors?.[0]?.extensions.code ?? 'created').sort();
    expect(codes).toEqual([...Array.from({ length: 7 }, () => 'CONFLICT'), 'created']);
  });
});

describe('an interaction', () => {
  it.each([
    'banana',
    '',
    '2026-02-30',
    '2026-13-01',
    '10:00',
    '2026',
    '0000-01-01',
    'null',
    '+012026-01-01',
    '2026-05-01T10:00:00',
    '2026-05-01T10:00:00-03:00[America/Lima]',
    '2026-05-01T10:00:00+23:45',
    '2026-05-01T10:00:00+05:75',
    '1700000000000',
  ])('is neither created nor updated with the date %p', async (date) => {
    expect(await rejection(CREATE_INTERACTION, { input: { type: 'CALL', leadId, date } })).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('ISO 8601') as unknown,
    });
    expect(await rejection(UPDATE_INTERACTION, { input: { id: interactionId, date } })).toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  it.each(['banana', '2026-05-01T10:00:00+14:30'])(
    'is not created with the literal date %s',
    async (date) => {
      const { code, message } = await rejection(
        `mutation { createInteraction(createInteractionInput: { type: CALL, leadId: ${leadId}, date: "${date}" }) { id } }`,
      );
      expect(code).toBe('GRAPHQL_VALIDATION_FAILED');
      expect(message).toContain('ISO 8601');
    },
  );

  it.each([
    { type: 'FAX' },
    { type: 'call' },
    { date: 17 },
    { notes: 'x'.repeat(10_001) },
    { notes: 'a\u0000' },
  ])('is not created with %p', async (fields) => {
    const input = { type: 'CALL', leadId, date: '2026-01-01', ...fields };
    expect(await rejection(CREATE_INTERACTION, { input })).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it.each([{ type: null }, { date: null }])('is not updated with %p', async (fields) => {
    expect(await rejection(UPDATE_INTERACTION, { input: { id: interactionId, ...fields } })).toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  it('is not created for a lead that does not exist', async () => {
    const input = { type: 'CALL', leadId: 424242, date: '2026-01-01' };
    expect(await rejection(CREATE_INTERACTION, { input })).toEqual({
      code: 'NOT_FOUND',
      message: 'Lead 424242 does not exist.',
    });
  });
});

describe('a request with an unknown id', () => {
  it.each([424242, -1, 0, 2_147_483_647])('returns null for %p if it is a query', async (id) => {
    expect(await api.ask(`{ lead(id: ${id}) { id } interaction(id: ${id}) { id } }`)).toEqual({
      lead: null,
      interaction: null,
    });
  });

  it.each([
    'updateLead(updateLeadInput: { id: 424242, firstName: "x" }) { id }',
    'removeLead(id: 424242)',
    'regenerateSummary(id: 424242) { id }',
    'updateInteraction(updateInteractionInput: { id: 424242, notes: "x" }) { id }',
    'removeInteraction(id: 424242)',
  ])('returns NOT_FOUND for %s', async (mutation) => {
    expect(await rejection(`mutation { ${mutation} }`)).toEqual({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/^(Lead|Interaction) 424242 does not exist\.$/) as unknown,
    });
  });

  it.each(['2147483648', '1.5', '"1"'])('is rejected if the id is not a 32-bit integer (%s)', async (id) => {
    expect((await rejection(`{ lead(id: ${id}) { id } }`)).code).toBe('GRAPHQL_VALIDATION_FAILED');
  });
});

async function firstAnswer(...operation: Parameters<typeof answersTo>): Promise<SocketAnswer> {
  const { value } = (await answersTo(...operation).next()) as IteratorYieldResult<SocketAnswer>;
  return value;
}

describe('an ID argument', () => {
  const schema = readSchema();
  const isId = ({ type }: { type: GraphQLInputType }) => getNamedType(type).name === 'ID';

  /** The arguments that are required beside an id. */
  const otherArguments = ({ args }: GraphQLField<unknown, unknown>) =>
    args
      .filter((arg) => isRequiredArgument(arg) && !isId(arg))
      .map(({ name }) => `${name}: ${rulesInDocument(RULES_OF_VERSION_1)}`);

  const ROOT_ARGUMENTS = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
    .filter((root) => root != null)
    .flatMap((root) =>
      Object.values(root.getFields()).flatMap((field) =>
        field.args.filter(isId).map((arg) => ({
          operation: root.name.toLowerCase(),
          place: `${field.name}(${arg.name}:)`,
          query: `${root.name.toLowerCase()} ($id: ${String(arg.type)}) {
            ${field.name}(${[`${arg.name}: $id`, ...otherArguments(field)].join(', ')}) ${isObjectType(getNamedType(field.type)) ? '{ __typename }' : ''}
          }`,
        })),
      ),
    );

  it('is tested below, wherever the schema has one', () => {
    const places = Object.values(schema.getTypeMap()).flatMap((type) => {
      if (isInputObjectType(type)) {
        return Object.values(type.getFields())
          .filter(isId)
          .map(({ name }) => `${type.name}.${name}`);
      }
      if (!isObjectType(type) || type.name.startsWith('__')) return [];
      return Object.values(type.getFields()).flatMap(({ name, args }) =>
        args.filter(isId).map((arg) => `${name}(${arg.name}:)`),
      );
    });
    expect(places.sort()).toEqual(ROOT_ARGUMENTS.map(({ place }) => place).sort());
    expect(places).toContain('cancelRecalculation(id:)');
  });

  const INVALID_IDS = [
    'x7',
    '',
    ' 7',
    '7 ',
    '007',
    '0',
    '-1',
    '+7',
    '1e3',
    '0x10',
    '1.0',
    '2147483648',
    '9223372036854775808',
    'NaN',
    '\u0667',
  ];

  it.each(ROOT_ARGUMENTS)('of $place is rejected if it is malformed', async ({ place, operation, query }) => {
    const client = connectSocket(url);
    const argument = /\((\w+):\)/.exec(place)?.[1];
    for (const id of INVALID_IDS) {
      const { errors } =
        operation === 'subscription'
          ? await firstAnswer(client, query, { id })
          : await api.send(query, { id });
      expect([id, errors?.[0]?.extensions?.code, errors?.[0]?.message]).toEqual([
        id,
        'BAD_USER_INPUT',
        `${argument} must be a whole number from 1 to 2147483647.`,
      ]);
    }
    await client.dispose();
  });
});

describe('a document', () => {
  it('is rejected if it does not parse', async () => {
    expect((await rejection('{ leads {')).code).toBe('GRAPHQL_PARSE_FAILED');
  });

  it('is rejected if it contains an unknown field', async () => {
    expect((await rejection('{ leads { secret } }')).code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('is rejected if it comes from a simple cross-site form', async () => {
    const response = await request(api.app.getHttpServer())
      .post('/graphql')
      .type('text/plain')
      .send(JSON.stringify({ query: 'mutation { recalculateAllScores { count } }' }));
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await contents()).toHaveLength(1);
  });
});

describe('an internal error', () => {
  it('reaches the client without details', async () => {
    await database.rows('ALTER TABLE interactions RENAME TO interactions_gone');
    const { errors } = await api.send('{ interactions { id } }');
    await database.rows('ALTER TABLE interactions_gone RENAME TO interactions');
    expect(errors).toEqual([
      expect.objectContaining({
        message: 'Something went wrong on our side.',
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.any(String) as unknown },
      }),
    ]);
  });
});

describe('browsers', () => {
  const preflight = (app: Api, origin: string) =>
    request(app.app.getHttpServer()).options('/graphql').set({
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    });

  it.each(['http://localhost:5173', 'http://127.0.0.1:8080', 'https://localhost', 'http://[::1]:5173'])(
    'may call from %s in development',
    async (origin) => {
      expect((await preflight(api, origin)).headers['access-control-allow-origin']).toBe(origin);
    },
  );

  it.each([
    'https://evil.example',
    'http://localhost.evil.example',
    'http://localhost:5173.evil.example',
    'evil+http://localhost',
  ])('may not call from %s in development', async (origin) => {
    expect((await preflight(api, origin)).headers['access-control-allow-origin']).not.toBe(origin);
  });

  it('may call only from the configured origins in production', async () => {
    const production = await startApi({
      NODE_ENV: 'production',
      DATABASE_URL: 'postgres://unused/unused',
      SUMMARY_PROVIDER: 'template',
      CORS_ORIGINS: 'https://crm.example.com',
    });
    const allowed = async (origin: string) =>
      (await preflight(production, origin)).headers['access-control-allow-origin'];
    expect(await allowed('https://crm.example.com')).toBe('https://crm.example.com');
    expect(await allowed('http://localhost:5173')).not.toBe('http://localhost:5173');
    await production.close();
  });
});
