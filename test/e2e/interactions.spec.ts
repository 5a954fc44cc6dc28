import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { removeLeads } from '../support/database-reset.js';
import { insertInteraction, insertLead, readScores } from '../support/fixtures.js';

let api: Api;
let database: Connection;
let leadId: number;

beforeAll(async () => {
  api = await startApi();
  database = await connect(api.databaseUrl);
});
beforeEach(async () => {
  await removeLeads(database);
  leadId = await insertLead(database);
});
afterAll(async () => {
  await database.close();
  await api.close();
});

const FIELDS = 'id type direction date notes leadId externalSource externalId createdAt updatedAt';
const CREATE = `mutation ($input: CreateInteractionInput!) {
  createInteraction(createInteractionInput: $input) { ${FIELDS} } }`;
const UPDATE = `mutation ($input: UpdateInteractionInput!) {
  updateInteraction(updateInteractionInput: $input) { ${FIELDS} } }`;

interface InteractionAnswer {
  readonly id: string;
  readonly [field: string]: unknown;
}

const create = async (input: object): Promise<InteractionAnswer> =>
  (await api.ask<{ createInteraction: InteractionAnswer }>(CREATE, { input: { leadId, ...input } }))
    .createInteraction;
const update = async (input: object): Promise<InteractionAnswer> =>
  (await api.ask<{ updateInteraction: InteractionAnswer }>(UPDATE, { input })).updateInteraction;

const clock = async (): Promise<Date> => {
  const [row] = await database.rows<{ now: Date }>('SELECT clock_timestamp() AS now');
  if (row === undefined) throw new Error('clock_timestamp() returned no row');
  return row.now;
};
const score = async () => (await readScores(database))[0]?.activityScore;

/** recency 40 + engagement 5.63 + status 3 */
const SCORE_WITH_A_CALL_JUST_NOW = 49;

describe('createInteraction', () => {
  it('stores the input and updates the score of the lead', async () => {
    const date = await clock();
    const created = await create({ type: 'CALL', date: date.toISOString(), notes: ' Привет\nсвят ' });
    expect(created).toMatchObject({
      type: 'CALL',
      date: date.toISOString(),
      notes: 'Привет\nсвят',
      leadId,
    });
    expect(await score()).toBe(SCORE_WITH_A_CALL_JUST_NOW);
  });

  it('does not count a planned interaction before its date', async () => {
    await create({ type: 'MEETING', date: '2999-01-01T00:00:00Z' });
    expect(await score()).toBe(3);
  });

  it('fails with NOT_FOUND if the lead does not exist', async () => {
    const input = { type: 'CALL', date: '2026-03-01', leadId: 424242 };
    expect(await api.codeOf(CREATE, { input })).toBe('NOT_FOUND');
    expect(await database.rows('SELECT FROM interactions')).toHaveLength(0);
  });

  it('stores the direction, or null if it is omitted', async () => {
    const date = (await clock()).toISOString();
    for (const direction of ['INBOUND', 'OUTBOUND', null, undefined]) {
      const created = await create({ type: 'EMAIL', date, direction });
      expect(created.direction).toBe(direction ?? null);
    }
    const stored = await database.rows<{ direction: string | null }>(
      'SELECT direction FROM interactions ORDER BY id',
    );
    expect(stored.map(({ direction }) => direction)).toEqual(['inbound', 'outbound', null, null]);
    expect(await api.codeOf(CREATE, { input: { leadId, type: 'EMAIL', date, direction: 'inbound' } })).toBe(
      'BAD_USER_INPUT',
    );
  });

  it('does not count an outbound e-mail as contact, and the reasons show that', async () => {
    const reasons = async () => {
      const { lead } = await api.ask<{ lead: { scoreBreakdown: unknown } }>(
        `{ lead(id: ${leadId}) { scoreBreakdown { recency { points reason } engagement { reason } } } }`,
      );
      return lead.scoreBreakdown;
    };
    const date = (await clock()).toISOString();
    await create({ type: 'EMAIL', date, direction: 'OUTBOUND' });
    expect(await reasons()).toEqual({
      recency: { points: 0, reason: 'no contact yet' },
      engagement: { reason: '1 outbound email' },
    });
    await create({ type: 'EMAIL', date, direction: 'INBOUND' });
    await create({ type: 'CALL', date, direction: 'OUTBOUND' });
    expect(await reasons()).toEqual({
      recency: { points: 40, reason: 'last contact within the hour' },
      engagement: { reason: '1 call and 1 email, 1 outbound email' },
    });
    await create({ type: 'MEETING', date: new Date(Date.parse(date) + 3.5 * 86_400_000).toISOString() });
    expect(await reasons()).toMatchObject({ recency: { points: 40, reason: 'contact planned in 3 days' } });
    await database.rows(`UPDATE leads SET status = 'Closed Lost'`);
    expect(await reasons()).toEqual({
      recency: { points: 0, reason: 'closed as lost' },
      engagement: { reason: 'closed as lost' },
    });
  });

  it.each([
    ['2026-03-01', '2026-03-01T00:00:00.000Z'],
    ['2026-03-01T09:30Z', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01T09:30:00+05:30', '2026-03-01T04:00:00.000Z'],
    ['2026-03-01T09:30:00.123456Z', '2026-03-01T09:30:00.123Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('accepts the date %s', async (given, expected) => {
    const { id } = await create({ type: 'EMAIL', date: given });
    const { interaction } = await api.ask<{ interaction: InteractionAnswer }>(
      `{ interaction(id: ${id}) { date } }`,
    );
    expect(interaction.date).toBe(expected);
  });

  it('replaces a score from the future if the clock was set back', async () => {
    const future = new Date((await clock()).getTime() + 3_600_000);
    await database.rows('UPDATE leads SET "scoreCalculatedAt" = $1, "activityScore" = 3', [future]);
    await create({ type: 'CALL', date: (await clock()).toISOString() });
    const [stored] = await readScores(database);
    expect(stored?.scoreCalculatedAt?.getTime()).toBeLessThanOrEqual((await clock()).getTime());
    expect(stored?.activityScore).toBe(SCORE_WITH_A_CALL_JUST_NOW);
  });

  it('counts every one of many concurrent interactions', async () => {
    const date = (await clock()).toISOString();
    await Promise.all(Array.from({ length: 20 }, () => create({ type: 'CALL', date })));
    // recency 40 + 30 · (1 − 2^−6) + 3
    expect(await score()).toBe(73);
  });
});

describe('updateInteraction', () => {
  it('changes the given fields, keeps the others and updates the score', async () => {
    const { id } = await create({ type: 'CALL', date: (await clock()).toISOString(), notes: 'a' });
    const changed = await update({ id: Number(id), date: '2999-01-01', notes: null });
    expect(changed).toMatchObject({ id, type: 'CALL', date: '2999-01-01T00:00:00.000Z', notes: null });
    expect(await score()).toBe(3);
    await update({ id: Number(id), date: (await clock()).toISOString() });
    expect(await score()).toBe(SCORE_WITH_A_CALL_JUST_NOW);
  });
});

describe('the direction of an interaction', () => {
  it('changes with the score, stays if it is omitted, and is cleared by null', async () => {
    const date = (await clock()).toISOString();
    const id = Number((await create({ type: 'EMAIL', date, direction: 'OUTBOUND' })).id);
    expect(await score()).toBe(3);
    expect(await update({ id, notes: 'No answer.' })).toMatchObject({ direction: 'OUTBOUND' });
    expect(await score()).toBe(3);
    expect(await update({ id, direction: null })).toMatchObject({ direction: null, notes: 'No answer.' });
    // recency 40 + 30 · (1 − 2^−0.1) + 3
    expect(await score()).toBe(45);
    expect(await update({ id, direction: 'OUTBOUND' })).toMatchObject({ direction: 'OUTBOUND' });
    expect(await score()).toBe(3);
  });

  it('is part of every list of interactions', async () => {
    await create({ type: 'CALL', date: (await clock()).toISOString(), direction: 'INBOUND' });
    const directions = [{ direction: 'INBOUND' }];
    expect(
      await api.ask(`{ interactions { direction }
        lead(id: ${leadId}) { interactions { direction } interactionsConnection { nodes { direction } } } }`),
    ).toEqual({
      interactions: directions,
      lead: { interactions: directions, interactionsConnection: { nodes: directions } },
    });
  });
});

describe('the external id of an interaction', () => {
  const KEY = { externalSource: 'hubspot', externalId: '17' };
  const CLEARED = { externalSource: null, externalId: null };
  const DETAILS = { type: 'CALL', date: '2026-03-01T00:00:00Z' };

  it('is stored, changes in part, and is cleared by null', async () => {
    expect(await create(DETAILS)).toMatchObject(CLEARED);
    const created = await create({ ...DETAILS, externalSource: 'HubSpot', externalId: '17' });
    expect(created).toMatchObject(KEY);
    const id = Number(created.id);
    expect(await update({ id, notes: 'Hello.' })).toMatchObject(KEY);
    expect(await update({ id, externalId: '18' })).toMatchObject({ ...KEY, externalId: '18' });
    expect(await update({ id, externalSource: null })).toMatchObject(CLEARED);
  });

  it('is rejected if another interaction has it', async () => {
    await create({ ...DETAILS, ...KEY });
    const { id } = await create({ ...DETAILS, ...KEY, externalId: '18' });
    const { errors } = await api.send(CREATE, { input: { leadId, ...DETAILS, ...KEY } });
    expect(errors).toMatchObject([
      {
        message: 'The combination of externalSource and externalId is already taken.',
        extensions: { code: 'CONFLICT' },
      },
    ]);
    expect(await api.codeOf(UPDATE, { input: { id: Number(id), externalId: '17' } })).toBe('CONFLICT');
    expect(await database.rows('SELECT FROM interactions')).toHaveLength(2);
  });

  it.each([{ externalId: '1' }, { externalSource: 'csv' }, { externalSource: '-', externalId: '1' }])(
    'is rejected if it is incomplete or invalid: %j',
    async (key) => {
      const { id } = await create(DETAILS);
      expect(await api.codeOf(CREATE, { input: { leadId, ...DETAILS, ...key } })).toBe('BAD_USER_INPUT');
      expect(await api.codeOf(UPDATE, { input: { id: Number(id), ...key } })).toBe('BAD_USER_INPUT');
      expect(await database.rows('SELECT "externalId" FROM interactions')).toEqual([{ externalId: null }]);
    },
  );
});

describe('removeInteraction', () => {
  it('removes the interaction and updates the score', async () => {
    const { id } = await create({ type: 'CALL', date: (await clock()).toISOString() });
    expect(await api.ask(`mutation { removeInteraction(id: ${id}) }`)).toEqual({ removeInteraction: true });
    expect(await score()).toBe(3);
    expect(await api.ask(`{ interaction(id: ${id}) { id } }`)).toEqual({ interaction: null });
  });

  it('removes an interaction whose lead no longer exists', async () => {
    const id = await insertInteraction(database, leadId);
    await database.rows('ALTER TABLE interactions DISABLE TRIGGER ALL');
    await database.rows('UPDATE interactions SET "leadId" = 424242 WHERE id = $1', [id]);
    await database.rows('ALTER TABLE interactions ENABLE TRIGGER ALL');
    expect(await api.ask(`mutation { removeInteraction(id: ${id}) }`)).toEqual({ removeInteraction: true });
  });

  it('and a concurrent removeLead do not cause a deadlock', async () => {
    const ids: number[] = [];
    while (ids.length < 10) ids.push(await insertInteraction(database, leadId));
    const answers = await Promise.all([
      ...ids.map((id) => api.send(`mutation { removeInteraction(id: ${id}) }`)),
      api.send(`mutation { removeLead(id: ${leadId}) }`),
      ...ids.map((id) =>
        api.send(`mutation { updateInteraction(updateInteractionInput: { id: ${id}, type: EMAIL }) { id } }`),
      ),
    ]);
    const codes = new Set(answers.map(({ errors }) => errors?.[0]?.extensions.code ?? 'ok'));
    expect([...codes].filter((code) => code !== 'ok' && code !== 'NOT_FOUND')).toEqual([]);
    expect(await database.rows('SELECT 1 FROM interactions')).toEqual([]);
  });
});

describe('interactions', () => {
  it('are sorted newest first, for all leads or for one', async () => {
    const second = await insertLead(database);
    const old = await insertInteraction(database, leadId, { ageInDays: 2 });
    const middle = await insertInteraction(database, second, { ageInDays: 1 });
    const recent = await insertInteraction(database, leadId, { ageInDays: 0 });
    expect(await api.ask('{ interactions { id } }')).toEqual({
      interactions: [recent, middle, old].map((id) => ({ id: String(id) })),
    });
    expect(await api.ask(`{ interactionsByLead(leadId: ${leadId}) { id } }`)).toEqual({
      interactionsByLead: [recent, old].map((id) => ({ id: String(id) })),
    });
    expect(await api.ask('{ interactionsByLead(leadId: 424242) { id } }')).toEqual({
      interactionsByLead: [],
    });
  });

  it.each([
    ['infinity', '9999-12-31T23:59:59.999Z'],
    ['290000-01-01Z', '9999-12-31T23:59:59.999Z'],
    ['20000-01-01Z', '9999-12-31T23:59:59.999Z'],
    ['-infinity', '0001-01-01T00:00:00.000Z'],
    ['0044-03-15 BC', '0001-01-01T00:00:00.000Z'],
  ])(
    'with the date %s from another program are returned with the nearest valid date',
    async (stored, expected) => {
      const id = await insertInteraction(database, leadId);
      await database.rows('UPDATE interactions SET date = $1', [stored]);
      const dated = { date: expected };
      expect(
        await api.ask(`{
        interaction(id: ${id}) { date }
        interactionsByLead(leadId: ${leadId}) { date }
        lead(id: ${leadId}) { interactions { date } interactionsConnection(first: 1) { nodes { date } } }
      }`),
      ).toEqual({
        interaction: dated,
        interactionsByLead: [dated],
        lead: { interactions: [dated], interactionsConnection: { nodes: [dated] } },
      });
    },
  );
});
