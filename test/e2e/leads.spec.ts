import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.js';
import { connect, type Connection } from '../support/connection.js';
import { removeLeads } from '../support/database-reset.js';
import { insertInteraction, insertLead } from '../support/fixtures.js';

let api: Api;
let database: Connection;

beforeAll(async () => {
  api = await startApi();
  database = await connect(api.databaseUrl);
});
afterEach(() => removeLeads(database));
afterAll(async () => {
  await database.close();
  await api.close();
});

const LEAD_FIELDS = `id firstName lastName email phone budget location company source status summary
  summaryGeneratedAt summarySource activityScore scoreCalculatedAt externalSource externalId createdAt updatedAt`;

const CREATE = `mutation ($input: CreateLeadInput!) { createLead(createLeadInput: $input) { ${LEAD_FIELDS} } }`;
const UPDATE = `mutation ($input: UpdateLeadInput!) { updateLead(updateLeadInput: $input) { ${LEAD_FIELDS} } }`;
const LEAD = `query ($id: Int!) { lead(id: $id) { ${LEAD_FIELDS}
  scoreBreakdown { recency { points cap reason } engagement { points cap reason }
    budget { points cap reason } status { points cap reason } } } }`;

interface LeadAnswer {
  readonly id: string;
  readonly [field: string]: unknown;
}

const ADA = { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.com' };

const create = async (input: object = {}): Promise<LeadAnswer> =>
  (await api.ask<{ createLead: LeadAnswer }>(CREATE, { input: { ...ADA, ...input } })).createLead;
const update = async (input: object): Promise<LeadAnswer> =>
  (await api.ask<{ updateLead: LeadAnswer }>(UPDATE, { input })).updateLead;
const read = async (id: number): Promise<LeadAnswer | null> =>
  (await api.ask<{ lead: LeadAnswer | null }>(LEAD, { id })).lead;

describe('createLead', () => {
  it('stores the input, sets defaults and calculates the score', async () => {
    const lead = await create({
      firstName: '  小龍 ',
      email: ' Ada@Example.COM ',
      phone: '+1 202 555 0101',
      budget: 50_000,
      location: 'London',
      company: '',
      source: 'billboard',
    });
    expect(lead).toMatchObject({
      firstName: '小龍',
      lastName: 'Lovelace',
      email: 'ada@example.com',
      phone: '+1 202 555 0101',
      budget: 50_000,
      location: 'London',
      company: null,
      source: 'billboard',
      status: 'new',
      summary: null,
      summaryGeneratedAt: null,
      summarySource: null,
      activityScore: 13,
    });
    expect(lead.scoreCalculatedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(await read(Number(lead.id))).toMatchObject(lead);
  });

  it.each(['Closed_Lost', ' closed lost', 'CLOSED-LOST'])(
    'stores the status %j as closed_lost',
    async (status) => {
      expect(await create({ status })).toMatchObject({ status: 'closed_lost' });
    },
  );

  it('treats blank and invisible optional texts as missing', async () => {
    const blank = { phone: ' ', location: '\u200b', company: '\u3164', source: '\u2800', status: '' };
    const nothing = { phone: null, location: null, company: null, source: null, status: 'new' };
    expect(await create(blank)).toMatchObject(nothing);
    const lead = await create({ email: 'won@example.com', phone: '1', company: 'Looms', status: 'won' });
    expect(await update({ id: Number(lead.id), ...blank })).toMatchObject({ ...nothing, status: 'won' });
  });

  it.each([19.99, 1234567.89, 0.1 + 0.2, 1.1 * 3, 4.35, 99_999_999.99, 1e7])(
    'stores the budget %d to the cent',
    async (budget) => {
      expect(await create({ budget })).toMatchObject({ budget: Number(budget.toFixed(2)) });
    },
  );

  it('composes characters, and keeps joiners that scripts and emoji need', async () => {
    expect(
      await create({
        firstName: 'Jose\u0301',
        lastName: '\u0645\u06cc\u200c\u062e\u0648\u0627',
        email: 'Jose\u0301@example.com',
        company: '\u{1f469}\u200d\u{1f4bb} Mu\u0308ller',
      }),
    ).toMatchObject({
      firstName: 'Jos\u00e9',
      lastName: '\u0645\u06cc\u200c\u062e\u0648\u0627',
      email: 'jos\u00e9@example.com',
      company: '\u{1f469}\u200d\u{1f4bb} M\u00fcller',
    });
  });

  it('accepts the largest budget, and zero', async () => {
    expect(await create({ budget: 99_999_999.99 })).toMatchObject({ budget: 99_999_999.99 });
    expect(await create({ budget: 0, email: 'zero@example.com' })).toMatchObject({ budget: 0 });
  });
});

describe('updateLead', () => {
  it('changes the given fields, clears those that are null and keeps the others', async () => {
    const { id } = await create({ phone: '1', company: 'Analytical', budget: 10 });
    const changed = await update({ id: Number(id), company: 'Engines', phone: null });
    expect(changed).toMatchObject({ ...ADA, id, company: 'Engines', phone: null, budget: 10 });
  });

  it('updates the score only if the budget or the status changes', async () => {
    const lead = await create();
    const id = Number(lead.id);
    const renamed = await update({ id, firstName: 'Augusta' });
    expect(renamed.scoreCalculatedAt).toBe(lead.scoreCalculatedAt);
    expect(await update({ id, budget: 50_000 })).toMatchObject({ activityScore: 13 });
    expect(await update({ id, status: 'won' })).toMatchObject({ activityScore: 20 });
    expect(await update({ id, budget: null })).toMatchObject({ activityScore: 10 });
  });

  it('accepts the unchanged e-mail of a lead, even if another lead has it in another letter case', async () => {
    const id = await insertLead(database, { email: 'Ada@Example.com' });
    await insertLead(database, { email: 'ada@example.com' });
    expect(await update({ id, email: 'Ada@Example.com', firstName: 'A' })).toMatchObject({
      email: 'Ada@Example.com',
      firstName: 'A',
    });
  });
});

describe('an older lead with an invisible character in its e-mail', () => {
  const HIDDEN = 'ad\u200ba@example.com';

  it('reserves the e-mail that it appears to have', async () => {
    const id = await insertLead(database, { email: HIDDEN });
    expect(await api.codeOf(CREATE, { input: ADA })).toBe('CONFLICT');
    expect(await read(id)).toMatchObject({ email: HIDDEN });
  });

  it('can be updated with the e-mail that it appears to have, unless another lead has it', async () => {
    const id = await insertLead(database, { email: HIDDEN });
    expect(await update({ id, email: ADA.email, firstName: 'A' })).toMatchObject({ email: ADA.email });
    const other = await insertLead(database, { email: HIDDEN });
    expect(await update({ id: other, email: ADA.email, firstName: 'B' })).toMatchObject({
      email: HIDDEN,
      firstName: 'B',
    });
  });
});

describe('the external id of a lead', () => {
  const FIND =
    'query ($source: String!, $id: String!) { leadByExternalId(source: $source, id: $id) { id email } }';
  const KEY = { externalSource: 'hubspot', externalId: '0031-A' };

  it('is stored with its source in lower case', async () => {
    const lead = await create({ externalSource: ' HubSpot ', externalId: ' 0031-A ' });
    expect(lead).toMatchObject(KEY);
    expect(await read(Number(lead.id))).toMatchObject(KEY);
    expect(await create({ email: 'none@example.com' })).toMatchObject({
      externalSource: null,
      externalId: null,
    });
  });

  it('finds the lead', async () => {
    const { id } = await create(KEY);
    await create({ email: 'other@example.com', externalSource: 'zoho', externalId: KEY.externalId });
    const find = (source: string, externalId: string) => api.ask(FIND, { source, id: externalId });
    const found = { leadByExternalId: { id, email: ADA.email } };
    expect(await find('hubspot', '0031-A')).toEqual(found);
    expect(await find('HubSpot', '0031-A ')).toEqual(found);
    expect(await find('hubspot', '0031-a')).toEqual({ leadByExternalId: null });
    expect(await api.codeOf(FIND, { source: 'hub spot', id: '1' })).toBe('BAD_USER_INPUT');
    expect(await api.codeOf(FIND, { source: 'hubspot', id: ' ' })).toBe('BAD_USER_INPUT');
  });

  it('can change in part, stays if it is omitted, and is cleared by null', async () => {
    const id = Number((await create(KEY)).id);
    expect(await update({ id, company: 'Looms' })).toMatchObject(KEY);
    expect(await update({ id, externalId: '2' })).toMatchObject({ ...KEY, externalId: '2' });
    expect(await update({ id, externalSource: 'Zoho' })).toMatchObject({
      externalSource: 'zoho',
      externalId: '2',
    });
    const cleared = { externalSource: null, externalId: null };
    expect(await update({ id, externalId: null })).toMatchObject(cleared);
    await update({ id, ...KEY });
    expect(await update({ id, externalSource: '' })).toMatchObject(cleared);
    await update({ id, ...KEY });
    expect(await update({ id, ...cleared })).toMatchObject(cleared);
    expect(await create({ ...cleared, email: 'none@example.com' })).toMatchObject(cleared);
  });
});

describe('removeLead', () => {
  it('removes the lead with its interactions', async () => {
    const id = await insertLead(database);
    await insertInteraction(database, id);
    expect(await api.ask(`mutation { removeLead(id: ${id}) }`)).toEqual({ removeLead: true });
    expect(await read(id)).toBeNull();
    expect(await database.rows('SELECT 1 FROM interactions')).toEqual([]);
  });
});

describe('leads', () => {
  it('are returned oldest first, with interactions newest first, by two statements', async () => {
    const ids = [await insertLead(database), await insertLead(database), await insertLead(database)];
    const [first, second] = ids as [number, number, number];
    const old = await insertInteraction(database, first, { ageInDays: 9 });
    const recent = await insertInteraction(database, first, { ageInDays: 1, type: 'meeting' });
    const other = await insertInteraction(database, second, { ageInDays: 5, type: 'email' });
    let leads: unknown;
    // Before the first long list in a while, the server counts the rows of the lists.
    await api.ask('{ leads { id } }');
    const count = await api.countStatements(async () => {
      ({ leads } = await api.ask<{ leads: unknown }>('{ leads { id interactions { id type leadId } } }'));
    });
    expect(leads).toEqual([
      {
        id: String(first),
        interactions: [
          { id: String(recent), type: 'MEETING', leadId: first },
          { id: String(old), type: 'CALL', leadId: first },
        ],
      },
      { id: String(second), interactions: [{ id: String(other), type: 'EMAIL', leadId: second }] },
      { id: String(ids[2]), interactions: [] },
    ]);
    expect(count).toBe(2);
  });

  it('contain an unknown status and an unknown source unchanged', async () => {
    const id = await insertLead(database, { status: 'On Hold' });
    await database.rows(`UPDATE leads SET source = 'carrier pigeon' WHERE id = $1`, [id]);
    expect(await read(id)).toMatchObject({ status: 'On Hold', source: 'carrier pigeon' });
  });

  it('contain budgets as numbers, and NaN as null', async () => {
    const id = await insertLead(database, { budget: 12_345_678.9 });
    expect(await read(id)).toMatchObject({ budget: 12_345_678.9 });
    await database.rows(`UPDATE leads SET budget = 'NaN' WHERE id = $1`, [id]);
    expect(await read(id)).toMatchObject({ budget: null });
  });
});

describe('scoreBreakdown', () => {
  it('adds up to the score, with a cap and a reason for each factor', async () => {
    const id = await insertLead(database, { budget: 50_000, status: 'qualified' });
    await insertInteraction(database, id, { type: 'meeting', ageInDays: 14 });
    await api.ask('mutation { recalculateAllScores { count } }');
    expect(await read(id)).toMatchObject({
      activityScore: 44,
      scoreBreakdown: {
        recency: { points: 20, cap: 40, reason: 'last contact 14 days ago' },
        engagement: { points: 7, cap: 30, reason: '1 meeting' },
        budget: { points: 10, cap: 20, reason: 'budget of 50,000' },
        status: { points: 7, cap: 10, reason: 'status is qualified' },
      },
    });
  });

  it('is null if the score is missing or another program has overwritten it', async () => {
    const id = await insertLead(database);
    expect(await read(id)).toMatchObject({ activityScore: null, scoreBreakdown: null });
    const legacy = await insertLead(database, { activityScore: 87, scoreCalculatedAt: new Date(0) });
    expect(await read(legacy)).toMatchObject({ activityScore: 87, scoreBreakdown: null });
    const { id: scored } = await create();
    await database.rows('UPDATE leads SET "activityScore" = 99 WHERE id = $1', [scored]);
    expect(await read(Number(scored))).toMatchObject({ activityScore: 99, scoreBreakdown: null });
  });
});
